// Runs this command line in several processes, and again from the last checkpoint where one has died.
import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeRestart } from '../output/messages.js';
import { say } from '../output/print.js';
import { type Child, type Ending, startAll } from './children.js';
import type { Launch } from './plan.js';
import { exitCodeOf, exitCollapsed, type Forwarding, forwardSignals } from './signals.js';
import { waitForAll } from './wait.js';

/** Exit codes after which a restart would end the same: wrong usage, and a run that ended itself. */
const final = [2, 3];

/** `line`: this command line, or what is to be run in its place. Resolves with the exit code. */
export async function launch(asked: Launch, line = process.argv.slice(2)): Promise<number> {
  const { maxRestarts, output } = asked;
  let children: Child[] = [];
  const forwarding = forwardSignals(() => children);
  const newest = checkpointsSince(output);
  try {
    for (let attempt = 0, args = line; ; ++attempt) {
      children = await startAll(asked, attempt, args);
      const { failure, endings } = await waitForAll(children, forwarding);
      const again = failure && !final.includes(failure.code ?? 0) && !forwarding.received;
      if (!again || attempt === maxRestarts) return exitCode(failure, endings, forwarding);
      const checkpoint = newest();
      say(describeRestart(attempt + 1, maxRestarts, checkpoint));
      args = checkpoint ? resuming(checkpoint, line) : line;
    }
  } finally {
    forwarding.release();
  }
}

function exitCode(failure: Ending | undefined, endings: Ending[], forwarding: Forwarding): number {
  if (failure) return final.find((code) => code === failure.code) ?? 1;
  const { received } = forwarding;
  if (received && endings.some(({ signal }) => signal)) return exitCodeOf(received);
  // Where one was asked to stop all of them do, and only that one knows the signal.
  const codes = endings.flatMap(({ code }) => code || []);
  return codes.find((code) => code !== exitCollapsed) ?? codes[0] ?? 0;
}

/** A command line, to go on from a checkpoint: its last --resume counts. */
export function resuming(checkpoint = 'auto', whole = process.argv.slice(2)): string[] {
  const line = whole.filter((word) => word !== '--overwrite');
  if (checkpoint === 'auto' && /(^| )--resume[= ]auto( |$)/.test(line.join(' '))) return line;
  return withFlags(line, '--resume', checkpoint);
}

/** This command line, to begin anew where a run is. */
export const overwriting = (): string[] => withFlags(process.argv.slice(2), '--overwrite');

/** What follows -- are no flags. */
export function withFlags(line: string[], ...flags: string[]): string[] {
  const end = line.indexOf('--');
  const at = end < 0 ? line.length : end;
  return [...line.slice(0, at), ...flags, ...line.slice(at)];
}

/** The checkpoints of pretrain, also in the middle of an epoch, and of lincls and finetune. */
const pattern = /^checkpoint(_[\d-]+)?\.pth\.tar$/;

/** Call the result for the furthest checkpoint since this moment; those of an earlier run do not count. */
function checkpointsSince(folder: string): () => string | undefined {
  const before = times(folder);
  return () => {
    const written = [...times(folder)].filter(([path, time]) => before.get(path) !== time);
    return written
      .map(([path]) => path)
      .sort()
      .at(-1); // their names sort as the run goes
  };
}

function times(folder: string): Map<string, number> {
  try {
    const paths = readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => resolve(folder, name));
    return new Map(paths.map((path) => [path, statSync(path).mtimeMs]));
  } catch {
    return new Map(); // no folder yet
  }
}
