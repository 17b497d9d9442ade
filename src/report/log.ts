// Reads events.jsonl as far as it is written, and goes on where it left off.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { RdmError } from '../base/errors.js';
import type { LogEntry } from '../run/event-log.js';
import { parseEntry } from './entry.js';

/** An event, with the time it arrived. */
export type Logged = LogEntry & { time: string };

export interface EventLog {
  /** What came since the last call. A line that is still being written is left for the next. */
  read(): Logged[];
  /** Lines that are no event: of a run that was killed while it wrote, or of something else. */
  broken(): number;
}

/** Throws `bad_run` where the folder is no run's. */
export function openLog(folder: string): EventLog {
  const path = join(folder, 'events.jsonl');
  if (!existsSync(path)) {
    throw new RdmError(
      'bad_run',
      existsSync(folder) ? `no events.jsonl in ${folder}` : `no folder ${folder}`,
      'pass the --output folder of rdm pretrain or rdm lincls',
    );
  }
  let position = 0;
  let rest = Buffer.alloc(0);
  let broken = 0;
  return {
    read: () => {
      const text = Buffer.concat([rest, readFrom(path, position)]);
      position += text.length - rest.length;
      const end = text.lastIndexOf('\n') + 1;
      rest = text.subarray(end);
      const lines = text.toString('utf8', 0, end).split('\n').filter(Boolean);
      const entries = lines.map(parseLine).filter((entry) => entry !== undefined);
      broken += lines.length - entries.length;
      return entries;
    },
    broken: () => broken,
  };
}

function readFrom(path: string, position: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(fstatSync(file).size - position, 0));
    const count = readSync(file, bytes, 0, bytes.length, position);
    return bytes.subarray(0, count);
  } finally {
    closeSync(file);
  }
}

const opening = '{"time":';

// A run that was killed may have left half a line, to which the resumed run's first event is joined.
const parseLine = (line: string): Logged | undefined =>
  parseEntry(line) ?? parseEntry(line.slice(Math.max(line.lastIndexOf(opening), 0)));
