// sweep.json in the folder of a sweep: which sweep it is, and which runs it has.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RdmError } from '../base/errors.js';
import { withFile } from '../base/files.js';

export interface SweepRecord {
  identity: Record<string, unknown>;
  runs: { name: string; values: Record<string, unknown> }[];
  /** Names of those that were started. */
  begun: string[];
}

const sweepFile = (folder: string) => join(folder, 'sweep.json');

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/** A name is a folder in the sweep's: the file may be anybody's. */
const isName = (name: unknown) =>
  typeof name === 'string' && /^[\w.,=+-]+$/.test(name) && name !== '..';

/** Undefined where the folder is no sweep's. Throws `bad_run` where its file is not readable. */
export function readSweepRecord(folder: string): SweepRecord | undefined {
  const path = sweepFile(folder);
  if (!existsSync(path)) return undefined;
  try {
    const text = withFile(path, 'read', (file) => readFileSync(file, 'utf8'));
    const { identity, runs, begun } = JSON.parse(text) as SweepRecord;
    const named = runs.every(({ name, values }) => isName(name) && isObject(values));
    if (named && isObject(identity) && begun.every(isName)) return { identity, runs, begun };
  } catch {}
  throw new RdmError(
    'bad_run',
    `${path} is not the record of a sweep`,
    'move it away, or take another --output',
  );
}

/** Of a sweep its runs that have begun; of any other folder that one. Throws `bad_run`. */
export function runFoldersOf(folder: string): string[] {
  const record = readSweepRecord(folder);
  if (!record) return [folder];
  const begun = record.runs
    .map(({ name }) => join(folder, name))
    .filter((run) => existsSync(join(run, 'events.jsonl')));
  if (begun.length > 0) return begun;
  throw new RdmError(
    'bad_run',
    `no run of the sweep in ${folder} has begun`,
    'rdm sweep makes them',
  );
}

/** Throws as the system says; a reader sees the whole file, or the one before. */
export function writeSweepRecord(folder: string, record: SweepRecord): void {
  const path = sweepFile(folder);
  mkdirSync(folder, { recursive: true });
  rmSync(`${path}.tmp`, { force: true });
  writeFileSync(`${path}.tmp`, `${JSON.stringify(record, null, 2)}\n`, { flag: 'wx' });
  renameSync(`${path}.tmp`, path);
}
