// Waits for the processes of a launch; where one fails, the rest have some seconds to end by themselves.
import { describeDeath, describeOverdue } from '../output/messages.js';
import { say } from '../output/print.js';
import type { Child, Ending } from './children.js';
import { exitCodeOf, exitCollapsed, type Forwarding, stopping } from './signals.js';

const grace = 12_000; // ms: their heartbeat tells them within 8 s, and rank 0 stays for another 2.5 s
const rest = 4_000; // ms, once one has ended for another's sake: then all have been told

const exitUsage = 2;

/** Exit codes of a run that was done, or saved and stopped. */
const asAsked = [0, exitCollapsed, ...stopping.map(exitCodeOf)];

/** Resolves when all have ended; `failure` is the ending that the others' followed from, where there is one. */
export async function waitForAll(
  children: Child[],
  forwarding: Forwarding,
): Promise<{ failure: Ending | undefined; endings: Ending[] }> {
  const running = new Set(children);
  let overdue = false;
  let failed: { child: Child; ending: Ending } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const endRest = () => {
    overdue = true;
    for (const child of running) {
      say(describeOverdue(child));
      child.kill('SIGKILL'); // a process that is stopped takes no other signal
    }
  };
  const waits = children.map(async (child) => {
    const ending = await child.ended;
    running.delete(child);
    if (overdue || forwarding.impatient || asAsked.includes(ending.code ?? -1)) return ending;
    timer ??= setTimeout(endRest, ending.lostAnother ? rest : grace);
    if (ending.signal && ending.signal === forwarding.received) return ending; // before it could save
    if (ending.signal || (!failed && !ending.lostAnother && ending.code !== exitUsage)) {
      say(describeDeath(child, ending));
    }
    failed ??= { child, ending };
    return ending;
  });
  const endings = await Promise.all(waits);
  clearTimeout(timer);
  // Wrong usage in all of them is what the first says; another's own was not heard yet.
  if (failed?.ending.code === exitUsage && endings[0]?.code !== exitUsage) {
    say(describeDeath(failed.child, failed.ending));
  }
  return { failure: failed?.ending, endings };
}
