// What is said of one of several processes.
import { hostname } from 'node:os';

interface Named {
  rank: number;
  pid: number | undefined;
}

/** As the addon names them. */
export const processName = ({ rank, pid }: Named): string =>
  `rank ${rank} (${hostname()}, process ${pid})`;

export function describeDeath(
  child: Named,
  { code, signal }: { code: number | null; signal: string | null },
): string {
  return `${processName(child)} ${signal ? `was killed by ${signal}` : `ended with exit code ${code}`}`;
}

export const describeOverdue = (child: Named): string =>
  `${processName(child)} did not end by itself, and is killed`;

export function describeRestart(count: number, most: number, checkpoint?: string): string {
  const from = checkpoint ?? 'the beginning: there is no checkpoint yet';
  return `restart ${count} of ${most}, from ${from}`;
}
