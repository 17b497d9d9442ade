// Reads events.jsonl as far as it is written, and goes on where it left off: also while the run goes on.
import { existsSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RdmError } from '../base/errors.js';
import { withFile } from '../base/files.js';
import type { Control } from '../types/events.js';
import type { Summary } from '../types/results.js';
import { type Logged, parseEntry } from './entry.js';

export interface EventLog {
  /** What came since the last call. A line that is still being written is left for the next. */
  read(): Logged[];
  /** Lines that are no event: of a run that was killed while it wrote, or of something else. */
  broken(): number;
}

const whose = 'pass the --output folder of rdm pretrain, rdm lincls or rdm finetune';

/** Throws `bad_run` where the folder is no run's. */
export function openLog(folder: string): EventLog {
  const path = join(folder, 'events.jsonl');
  if (!existsSync(path)) {
    throw new RdmError(
      'bad_run',
      existsSync(folder) ? `no events.jsonl in ${folder}` : `no folder ${folder}`,
      whose,
    );
  }
  let position = 0;
  let rest = Buffer.alloc(0);
  let broken = 0;
  const parse = (piece: Buffer): Logged[] => {
    const text = Buffer.concat([rest, piece]);
    const end = text.lastIndexOf('\n') + 1;
    rest = text.subarray(end);
    if (rest.length > longestLine) {
      rest = Buffer.alloc(0);
      broken += 1;
    }
    const lines = text.toString('utf8', 0, end).split('\n').filter(Boolean);
    const entries = lines.map(parseLine).filter((entry) => entry !== undefined);
    broken += lines.length - entries.length;
    return entries;
  };
  return {
    read: () => {
      const found: Logged[][] = [];
      for (;;) {
        const piece = readPiece(path, position);
        if (piece.length === 0) return found.flat();
        position += piece.length;
        found.push(parse(piece));
      }
    },
    broken: () => broken,
  };
}

const longestLine = 2 ** 20; // bytes; the longest of rdm's own, a rank's, has some hundreds
const pieceSize = 2 ** 24;

function readPiece(path: string, position: number): Buffer {
  try {
    return withFile(path, 'read', (file) => {
      const bytes = Buffer.alloc(pieceSize);
      return bytes.subarray(0, readSync(file, bytes, 0, pieceSize, position));
    });
  } catch (cause) {
    throw new RdmError('bad_run', `cannot read ${path}: ${(cause as Error).message}`, whose, {
      cause,
    });
  }
}

const opening = '{"time":';

// A run that was killed may have left half a line, to which the resumed run's first event is joined.
const parseLine = (line: string): Logged | undefined =>
  parseEntry(line) ?? parseEntry(line.slice(Math.max(line.lastIndexOf(opening), 0)));

const between = 500; // ms; a run reports every few seconds

/** Reports what has been and what comes. Ends with the run, or undefined where it is aborted before. */
export async function followLog(
  folder: string,
  { onEvent, signal }: Control,
): Promise<Summary | undefined> {
  const log = openLog(folder);
  while (!signal?.aborted) {
    const entries = log.read();
    for (const entry of entries) if (entry.type !== 'summary') onEvent?.(entry);
    // A run that was resumed has an earlier end too.
    const last = entries.at(-1);
    if (last?.type === 'summary') return last;
    await setTimeout(between, undefined, { signal }).catch(() => {}); // aborted
  }
  return undefined;
}
