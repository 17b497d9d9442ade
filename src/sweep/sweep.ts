// Makes the runs of a sweep, some at once, each in a process of its own; goes on where it was stopped or killed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rowOf } from '../runs/list.js';
import type { Halving, PlannedRun, SweepPlan, SweepRow, SweepSummary } from '../types/sweep.js';
import { type Claim, claimSweep } from './folder.js';
import { checkHalving, rungsOf, survivors } from './halving.js';
import { follower, hasReached, type Standing } from './state.js';

/** How a process ended: `reason` where it failed. */
export interface Ended {
  outcome: 'done' | 'collapsed' | 'stopped' | 'failed';
  reason?: string;
}

export interface SweepOptions {
  output: string;
  jobs: number;
  /** Undefined: every run trains to its end. */
  halving?: Halving | undefined;
  /** Runs `rdm` with these arguments in a process of its own. It is not aborted by the signal, but by its caller. */
  start: (args: string[]) => Promise<Ended>;
  /** Called with the rows at once, and whenever one begins or ends. */
  onChange?: (rows: () => SweepRow[]) => void;
  /** Said of a run that was there before, and is made anew. */
  onLost?: (name: string) => void;
  /** Aborting starts no more runs, and resolves when those that go on have ended. */
  signal: AbortSignal;
}

interface Entry {
  planned: PlannedRun;
  folder: string;
  look: () => Standing;
  state: SweepRow['state'];
  reason?: string;
}

/** Throws `occupied`, `usage` or `bad_run`; a run that fails is among the rows, and the others go on. */
export async function runSweep(plan: SweepPlan, options: SweepOptions): Promise<SweepSummary> {
  const { output, halving, signal, onChange = () => {} } = options;
  if (halving) checkHalving(halving, plan);
  const claim = claimSweep(output, plan);
  const entries = plan.runs.map((planned) => entryOf(planned, output));
  const rows = () => entries.map((entry) => asRow(entry, output));
  const doing = { ...options, plan, claim, changed: () => onChange(rows) };
  doing.changed();
  try {
    let going = entries;
    const rungs = halving ? rungsOf(plan.runs.length, halving.keep, plan.runs[0]?.epochs ?? 0) : [];
    for (const rung of rungs) {
      await train(going, rung.epochs, doing);
      if (signal.aborted || !halving) break;
      const candidates = going.filter(({ state }) => state === 'waiting');
      if (candidates.length === 0) break; // all collapsed or failed
      const chosen = survivors(
        candidates.map(({ planned, look }) => ({ planned, run: look().run })),
        rung,
        halving.score,
      );
      for (const entry of candidates) {
        if (!chosen.includes(entry.planned)) entry.state = 'dropped';
      }
      going = candidates.filter(({ state }) => state === 'waiting');
      doing.changed();
    }
    if (!signal.aborted) await train(going, Infinity, doing);
    const outcome = signal.aborted ? ('stopped' as const) : ('done' as const);
    return { outcome, rows: rows() };
  } finally {
    claim.release();
  }
}

function entryOf(planned: PlannedRun, output: string): Entry {
  const folder = join(output, planned.name);
  const look = follower(folder);
  return { planned, folder, look, state: 'waiting' };
}

function asRow({ planned, look, state, reason }: Entry, output: string): SweepRow {
  const { run } = look();
  const { name, values } = planned;
  return { name, values, state, ...(reason && { reason }), run: run ? rowOf(run, output) : null };
}

/** The command of a run of a sweep, to be made to its end or to be done after so many epochs. */
export function commandOf(
  plan: SweepPlan,
  planned: PlannedRun,
  output: string,
  until?: number,
): string[] {
  return [
    ...['pretrain', ...planned.args, '--output', join(output, planned.name)],
    ...['--resume', 'auto', '--on-collapse', 'stop'],
    ...(until === undefined ? [] : ['--until', String(until)]),
    ...['--', ...plan.data],
  ];
}

/** How the runs stand, of a sweep that is made elsewhere. */
export function sweepRows(plan: SweepPlan, output: string): SweepRow[] {
  return plan.runs.map((planned) => {
    const entry = entryOf(planned, output);
    if (isEnded(entry, Infinity)) return asRow(entry, output);
    const row = asRow(entry, output);
    return row.run?.state === 'running' ? { ...row, state: 'running' } : row;
  });
}

/** Whether nothing is left to do for so many epochs; then it says how the run stands. */
function isEnded(entry: Entry, until: number): boolean {
  const { planned, folder, look } = entry;
  const standing = look();
  if (standing.collapsed) entry.state = 'collapsed';
  else if (!hasReached(folder, standing, Math.min(until, planned.epochs))) return false;
  else if (until >= planned.epochs) entry.state = 'done';
  return true;
}

interface Doing extends SweepOptions {
  plan: SweepPlan;
  claim: Claim;
  changed: () => void;
}

/** Trains those of the entries that are not so far yet, `jobs` at once. */
async function train(entries: Entry[], until: number, doing: Doing): Promise<void> {
  const { plan, output, jobs, start, onLost, signal, claim, changed } = doing;
  const queue = entries.filter((entry) => !isEnded(entry, until));
  const work = async () => {
    for (let entry = queue.shift(); entry && !signal.aborted; entry = queue.shift()) {
      const { planned, folder } = entry;
      if (claim.begun.has(planned.name) && !existsSync(folder)) onLost?.(planned.name);
      claim.begin(planned.name);
      entry.state = 'running';
      changed();
      const partly = until < planned.epochs ? until : undefined;
      const { outcome, reason } = await start(commandOf(plan, planned, output, partly));
      entry.state = outcome === 'done' && partly !== undefined ? 'waiting' : outcome;
      if (reason) entry.reason = reason;
      changed();
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}
