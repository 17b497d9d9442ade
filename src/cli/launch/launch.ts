// Runs this command line in several processes, and again where one has died.
import { describeRestart } from '../output/launch.js';
import { say } from '../output/print.js';
import { checkpointsSince } from './checkpoints.js';
import type { Child, Ending } from './child.js';
import { follow } from './follow.js';
import { type Forwarding, forwardSignals } from './forward.js';
import type { Launch } from './plan.js';
import { exitCodeOf } from './signals.js';
import { startAll } from './start.js';

/** Wrong usage, and a run that gave itself up: they end with these, and would again. */
const final = [2, 3];

/** The exit code. */
export async function launch(asked: Launch): Promise<number> {
  const { maxRestarts, output } = asked;
  let children: Child[] = [];
  const forwarding = forwardSignals(() => children);
  const newest = checkpointsSince(output);
  const line = process.argv.slice(2);
  try {
    for (let attempt = 0, args = line; ; ++attempt) {
      children = await startAll(asked, attempt, args);
      const { failure, endings } = await follow(children, forwarding);
      const again = failure && !final.includes(failure.code ?? 0) && !forwarding.received;
      if (!again || attempt === maxRestarts) return exitCode(failure, endings, forwarding);
      const checkpoint = newest();
      say(describeRestart(attempt + 1, maxRestarts, checkpoint));
      args = checkpoint ? resuming(line, checkpoint) : line;
    }
  } finally {
    forwarding.release();
  }
}

function exitCode(failure: Ending | undefined, endings: Ending[], forwarding: Forwarding): number {
  if (failure) return final.find((code) => code === failure.code) ?? 1;
  const { received } = forwarding;
  if (received && endings.some(({ signal }) => signal)) return exitCodeOf(received);
  return endings.find(({ code }) => code)?.code ?? 0;
}

/** The last --resume of a line counts; what follows -- are no flags. */
function resuming(line: string[], checkpoint: string): string[] {
  const end = line.indexOf('--');
  const at = end < 0 ? line.length : end;
  return [...line.slice(0, at), '--resume', checkpoint, ...line.slice(at)];
}
