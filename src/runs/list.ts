// The runs below a folder, each as a row: read from the files that they leave, so that nothing can be out of step.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { RdmError } from '../base/errors.js';
import { measuresOf } from '../report/measures.js';
import { nameOf, type Run, runsOf, standingIn } from '../report/runs.js';
import { openLog } from '../run/log.js';
import type { RunRow, RunsOptions } from '../types/report.js';
import { holderOf } from './alive.js';
import { sorterOf } from './sort.js';
import { filterOf } from './where.js';

/** In the order of their paths where no other is asked for. Throws `bad_run`, or `usage` for a wrong condition. */
export function listRuns(folder: string, options: RunsOptions = {}): RunRow[] {
  const { where = [], sort, onSkipped = () => {} } = options;
  const rows = runFolders(folder).flatMap((found) => {
    try {
      const log = openLog(found);
      return runsOf(found, log.read(), log.broken()).map((run) => rowOf(run, folder));
    } catch (error) {
      if (!(error instanceof RdmError)) throw error;
      onSkipped(error);
      return [];
    }
  });
  const kept = rows.filter(filterOf(where, rows));
  return sort === undefined ? kept : kept.toSorted(sorterOf(sort, rows));
}

/** Folders with events.jsonl, sorted; what --overwrite moved aside is none, and no link is followed. */
function runFolders(folder: string): string[] {
  if (!existsSync(folder)) {
    throw new RdmError('bad_run', `no folder ${folder}`, 'pass a folder that has runs below it');
  }
  const found: string[] = [];
  const look = (at: string) => {
    const entries = entriesOf(at);
    if (entries.some((entry) => entry.name === 'events.jsonl')) found.push(at);
    for (const entry of entries) {
      const passed = entry.name.startsWith('.') || /^replaced-\d+$/.test(entry.name);
      if (entry.isDirectory() && !passed) look(join(at, entry.name));
    }
  };
  look(folder);
  return found;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // a file, or a folder of others
  }
}

export function rowOf(run: Run, below: string): RunRow {
  const { start, summary, records, folder, seconds } = run;
  const record = records.at(-1);
  const path = relative(resolve(below), folder) || basename(folder);
  const done = run.entries.findLast((entry) => entry.type === 'epoch')?.epoch;
  return {
    run: nameOf(path, start.command),
    folder,
    command: start.command,
    state: summary?.outcome ?? (holderOf(join(folder, '.rdm-lock')) ? 'running' : 'killed'),
    epoch: done === undefined ? start.startEpoch : done + 1,
    epochs: start.epochs,
    verdict: standingIn(run) ?? null,
    measures: measuresOf(run),
    checkpoint: checkpointOf(run),
    started: record?.started ?? null,
    seconds,
    options: record?.options ?? {},
  };
}

/** The folder may have been moved since. */
function checkpointOf({ start, entries, folder }: Run): string | null {
  const saved = entries.flatMap((entry) => (entry.type === 'checkpoint' ? [entry] : []));
  const path = start.command === 'pretrain' ? saved.at(-1)?.path : 'model_best.pth.tar';
  const there = path && join(folder, basename(path));
  return there && existsSync(there) ? there : null;
}
