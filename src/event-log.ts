// events.jsonl in the output folder: one event a line, stamped with the time it arrived.
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RdmError } from './errors.js';
import type { Event, Summary } from './types.js';

export type LogEntry = Event | ({ type: 'summary' } & Summary);

/** Appends, so that a resumed run goes on in the same file. Throws `bad_output`. */
export function appendEvent(output: string, entry: LogEntry): void {
  const line = JSON.stringify({ time: new Date().toISOString(), ...entry });
  try {
    mkdirSync(output, { recursive: true });
    appendFileSync(join(output, 'events.jsonl'), `${line}\n`);
  } catch (cause) {
    throw new RdmError(
      'bad_output',
      `cannot write to the output folder ${output}: ${(cause as Error).message}`,
      'pass a folder that can be written: --output DIR',
      { cause },
    );
  }
}
