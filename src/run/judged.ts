// A pretraining that is judged while it goes on, and may be ended by its verdict.
import type { Job } from '../native/addon.js';
import type { CollapseAction, Verdict } from '../types/choices.js';
import type { Event } from '../types/events.js';
import type { Summary } from '../types/results.js';
import { createJudge } from './verdict.js';

type Start = (onEvent: (event: Event) => void) => Job<Summary>;

/** The same run with verdict events among its own, and the last verdict in its summary. */
export function judged(start: Start, onCollapse: CollapseAction): Start {
  return (onEvent) => {
    const judge = createJudge();
    let verdict: Verdict | null = null;
    const job = start((event) => {
      onEvent(event);
      const found = judge(event);
      if (!found) return;
      verdict = found.verdict;
      onEvent(found);
      if (onCollapse === 'stop' && isCollapse(verdict)) job.stop();
    });
    return { ...job, done: job.done.then((summary) => ({ ...summary, verdict })) };
  };
}

const isCollapse = (verdict: Verdict) =>
  verdict === 'dimensional_collapse' || verdict === 'complete_collapse';
