// Whether a process that left its name in a file is still there: `process PID on HOST, …`.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { withFile } from '../base/files.js';

/** As native/run/output_lock.cpp writes it. */
export const selfDescription = () => `process ${process.pid} on ${hostname()}`;

/** Who holds the lock; undefined where nobody does. Of a process on another host nothing is known: it does. */
export function holderOf(lock: string): string | undefined {
  const text = textOf(lock);
  const [, pid, host] = /^process (\d+) on ([^\s,]+)/.exec(text) ?? [];
  if (pid === undefined) return undefined;
  return host !== hostname() || isAlive(Number(pid)) ? text.trim() : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}

function textOf(path: string): string {
  try {
    return withFile(path, 'read', (file) => readFileSync(file, 'utf8'));
  } catch {
    return '';
  }
}
