// run.json in the output folder: a list with one entry for each start of a run, which says how to make it again.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { RdmError } from '../base/errors.js';
import { withFile } from '../base/files.js';
import { type Places, toList } from '../options/check.js';
import type { InitEvent, StartEvent } from '../types/events.js';
import type { RunRecord } from '../types/report.js';
import type { CommandLine } from './command-line.js';
import { hashListings } from './listing.js';

export interface Recorder {
  /** Before `start`. */
  init(event: InitEvent): void;
  start(event: StartEvent): void;
  /** Waits for the data folder's listing where the run is done; else gives it up. */
  end(done: boolean): Promise<void>;
}

export const recordFile = (folder: string) => join(folder, 'run.json');

/** Refuses a run.json that it could not add to. Throws `bad_output`. */
export function openRecord(
  output: string,
  data: Places,
  describe: (seed: number) => CommandLine,
): Recorder {
  const path = recordFile(output);
  const earlier = readRecords(path);
  const giveUp = new AbortController();
  let filled: Promise<void> | undefined;
  let begun: Pick<RunRecord, 'init'> = {};
  return {
    init: ({ type, ...init }) => {
      begun = { init };
    },
    start: (event) => {
      const record = { ...describeStart(event, describe(event.seed), data), ...begun };
      writeRecords(output, [...earlier, record]);
      filled = fillIn(record, giveUp.signal).then(() => writeRecords(output, [...earlier, record]));
      filled.catch(() => {}); // `end` reports it
    },
    end: async (done) => {
      if (!done) giveUp.abort();
      await filled;
    },
  };
}

const mostBytes = 2 ** 26; // some 40,000 starts

/** Empty where there is no such file. Throws `bad_output` where another program wrote it. */
export function readRecords(path: string): RunRecord[] {
  try {
    const text = withFile(path, 'read', (file, size) =>
      size > mostBytes ? '' : readFileSync(file, 'utf8'),
    );
    const records = JSON.parse(text) as unknown;
    JSON.stringify(records); // what is nested too deeply could be read, but never be written again
    if (Array.isArray(records) && records.every(isRecord)) return records;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return []; // the folder is refused with its reason elsewhere
  }
  throw new RdmError(
    'bad_output',
    `${path} is not the record of a run`,
    'move it away, or take another --output',
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isRecord(value: unknown): value is RunRecord {
  if (!isObject(value)) return false;
  const { started, command, options, versions, machine, data } = value;
  const texts = [started, command].every((text) => typeof text === 'string');
  return texts && [options, versions, machine, data].every(isObject);
}

function describeStart(event: StartEvent, { line, values }: CommandLine, data: Places): RunRecord {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const processors = cpus();
  return {
    started: new Date().toISOString(),
    command: line,
    options: values,
    seed: event.seed,
    versions: { rdm: version, node: process.version, libtorch: event.libtorch },
    machine: {
      host: hostname(),
      platform: `${platform()} ${release()} ${arch()}`,
      cpu: processors[0]?.model ?? '',
      cores: processors.length,
      memoryBytes: totalmem(),
      device: event.device,
    },
    folder: process.cwd(),
    commit: null,
    data: { folder: data, commit: null, listing: null },
  };
}

/** Fills in what takes a while: a million files take some tens of seconds. The run goes on meanwhile. */
async function fillIn(record: RunRecord, signal: AbortSignal): Promise<void> {
  const { folder, data } = record;
  [record.commit, data.commit, data.listing] = await Promise.all([
    commitOf(folder),
    commitOf(toList(data.folder)[0] ?? ''),
    hashListings(toList(data.folder), signal).catch(() => null), // aborted, or a file vanished
  ]);
}

const commitOf = (folder: string) =>
  new Promise<string | null>((found) => {
    execFile('git', ['-C', folder, 'rev-parse', 'HEAD'], (error, stdout) =>
      found(error ? null : stdout.trim()),
    );
  });

// A rename makes the file appear whole or not at all: no reader sees half of it.
function writeRecords(output: string, records: RunRecord[]): void {
  const path = recordFile(output);
  try {
    mkdirSync(output, { recursive: true });
    rmSync(`${path}.tmp`, { force: true });
    writeFileSync(`${path}.tmp`, `${JSON.stringify(records, null, 2)}\n`, { flag: 'wx' });
    renameSync(`${path}.tmp`, path);
  } catch (cause) {
    throw new RdmError(
      'bad_output',
      `cannot write ${path}: ${(cause as Error).message}`,
      'pass a folder that can be written: --output DIR',
      { cause },
    );
  }
}
