// How a run of a sweep stands, told from its folder alone: what a process was killed with is not lost.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RdmError } from '../base/errors.js';
import { type Run, runsOf, standingIn } from '../report/runs.js';
import { toldBefore } from '../run/history.js';
import { openLog } from '../run/log.js';
import { checkpointPlace } from '../run/occupied.js';
import { isLost, standingOf } from '../run/verdict.js';

export interface Standing {
  run: Run | undefined;
  /** It ended itself by its verdict. */
  collapsed: boolean;
}

/** Looks at a run's folder; again only where its log has grown. */
export function follower(folder: string): () => Standing {
  let seen = -1;
  let standing: Standing = { run: undefined, collapsed: false };
  return () => {
    const path = join(folder, 'events.jsonl');
    const size = existsSync(path) ? statSync(path).size : -1;
    if (size !== seen) {
      seen = size;
      const run = runIn(folder);
      standing = { run, collapsed: run !== undefined && hasCollapsed(folder, run) };
    }
    return standing;
  };
}

function runIn(folder: string): Run | undefined {
  try {
    const log = openLog(folder);
    return runsOf(folder, log.read(), log.broken()).find(
      ({ start }) => start.command === 'pretrain',
    );
  } catch (error) {
    if (error instanceof RdmError) return undefined; // it has not begun
    throw error;
  }
}

/** A run that was killed just after it had saved for the last time had no time to say so. */
function hasCollapsed(folder: string, run: Run): boolean {
  if (run.summary) {
    return run.summary.outcome === 'stopped' && isLost(standingIn(run) ?? 'undecided');
  }
  const [epoch, step] = lastPlace(folder) ?? [];
  if (epoch === undefined || step === undefined) return false;
  return isLost(
    standingOf(toldBefore(folder, { ...run.start, startEpoch: epoch, startStep: step })),
  );
}

/** Whether the run has come so far, and has saved it. */
export function hasReached(folder: string, { run }: Standing, epochs: number): boolean {
  if (!run) return false;
  const [epoch = 0] = lastPlace(folder) ?? [];
  if (epochs >= run.start.epochs) return run.summary?.outcome === 'done' && epoch >= epochs;
  return epoch >= epochs; // what belongs to an epoch was told before it was saved
}

/** Of the furthest checkpoint: epochs done, and steps of the next. */
function lastPlace(folder: string): [epoch: number, step: number] | undefined {
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .flatMap((name) => {
      const place = checkpointPlace(name);
      return place ? [place] : [];
    })
    .sort(([epoch, step], [other, otherStep]) => epoch - other || step - otherStep)
    .at(-1);
}
