// The runs of a report: each with the history that led to its last weights.
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { RdmError } from '../base/errors.js';
import type { Logged } from '../run/entry.js';
import { lastHistory, sessionsOf } from '../run/history.js';
import { openLog } from '../run/log.js';
import { readRecords, recordFile } from '../run/record.js';
import { runFoldersOf } from '../run/sweep-record.js';
import { standingOf } from '../run/verdict.js';
import { type Standing, type Training, trainings } from '../types/choices.js';
import type { StartEvent } from '../types/events.js';
import type { RunRecord } from '../types/report.js';
import type { Summary } from '../types/results.js';

export interface Run {
  /** Unique in the report. */
  name: string;
  folder: string;
  /** The last one. */
  start: StartEvent;
  /** In the order of training; a step that a resumed run made again is there once. */
  entries: Logged[];
  /** Of all starts together, without the pauses between them. */
  seconds: number;
  /** Undefined while the run goes on, or where it was killed. */
  summary: Summary | undefined;
  records: RunRecord[];
  /** Lines of events.jsonl that could not be read. */
  broken: number;
}

/**
 * A sweep's folder stands for its runs. Leaves out what is there and holds no run, and passes the reason to
 * `onSkipped`, as `runs/*` names files and empty folders too. Throws `bad_run` where something is not there, or nothing is left.
 */
export function readRuns(folders: string[], onSkipped: (reason: Error) => void = () => {}): Run[] {
  const skipped: RdmError[] = [];
  const runs = folders.flatMap(runFoldersOf).flatMap((folder) => {
    try {
      const log = openLog(folder);
      return runsOf(folder, log.read(), log.broken());
    } catch (error) {
      if (!(error instanceof RdmError) || error.code !== 'bad_run') throw error;
      if (!existsSync(folder)) throw error;
      skipped.push(error);
      return [];
    }
  });
  const [first] = skipped;
  if (runs.length === 0 && first) throw first;
  skipped.forEach(onSkipped);
  return withUniqueNames(runs);
}

const suffixes: Record<Training, string> = {
  pretrain: '',
  lincls: ' (linear)',
  finetune: ' (fine-tuned)',
};

/** What a run in this folder is called. */
export const nameOf = (folder: string, command: Training): string =>
  `${folder}${suffixes[command]}`;

/** A folder may hold a pretraining and what was made of it with labels. Throws `bad_run` where it holds neither. */
export function runsOf(folder: string, entries: Logged[], broken: number): Run[] {
  const sessions = sessionsOf(entries);
  const records = readRecords(recordFile(folder));
  const runs = trainings.flatMap((command) => {
    const own = sessions.filter(({ start }) => start.command === command);
    const start = own.at(-1)?.start;
    if (!start) return [];
    const kept = lastHistory(own);
    return {
      name: nameOf(basename(resolve(folder)), command),
      folder: resolve(folder),
      start,
      entries: kept,
      seconds: own.reduce((sum, { events }) => sum + secondsOf(events), 0),
      summary: summaryOf(own.at(-1)?.events),
      records: records.filter((record) => record.command.startsWith(`rdm ${command} `)),
      broken,
    };
  });
  if (runs.length > 0) return runs;
  throw new RdmError(
    'bad_run',
    `${folder}/events.jsonl holds no start of a run`,
    'the run has not begun yet, or the file is not one that rdm wrote',
  );
}

/** Computed anew, so that a run made before there were verdicts has one too. Of pretraining alone. */
export function standingIn({ start, entries }: Run): Standing | undefined {
  if (start.command !== 'pretrain') return undefined;
  return standingOf([start, ...entries.filter((entry) => entry.type !== 'summary')]);
}

function secondsOf(events: Logged[]): number {
  const [first, last] = [events[0], events.at(-1)].map((event) => Date.parse(event?.time ?? ''));
  return ((last ?? 0) - (first ?? 0)) / 1000;
}

/** What comes after it in a log is of the next run's beginning. */
const summaryOf = (events: Logged[] = []): Summary | undefined =>
  events.findLast((event) => event.type === 'summary');

/** Tells runs of the same name apart by their parent folders, then by number. */
function withUniqueNames(runs: Run[]): Run[] {
  const count = (name: string) => runs.filter((run) => run.name === name).length;
  const longer = runs.map((run) => {
    if (count(run.name) === 1) return run;
    return { ...run, name: `${basename(resolve(run.folder, '..'))}/${run.name}` };
  });
  return longer.map((run, index) => {
    const before = longer.slice(0, index).filter(({ name }) => name === run.name).length;
    return before === 0 ? run : { ...run, name: `${run.name} #${before + 1}` };
  });
}
