// events.jsonl in the output folder: one event a line, stamped with the time it arrived.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RdmError } from '../base/errors.js';
import { withFile } from '../base/files.js';
import type { Event, WarningEvent } from '../types/events.js';
import type { Summary } from '../types/results.js';

export type LogEntry = Event | ({ type: 'summary' } & Summary);

/** Appends, so that a resumed run goes on in the same file. Throws `bad_output`. */
export function appendEvent(output: string, entry: LogEntry): void {
  const line = JSON.stringify({ time: new Date().toISOString(), ...entry });
  append(output, 'events.jsonl', `${line}\n`);
}

/** Appends to a file in the output folder. Throws `bad_output`. */
export function append(output: string, file: string, data: string | Uint8Array): void {
  try {
    mkdirSync(output, { recursive: true });
    withFile(join(output, file), 'append', (opened) => writeFileSync(opened, data));
  } catch (cause) {
    throw new RdmError(
      'bad_output',
      `cannot write to the output folder ${output}: ${(cause as Error).message}`,
      'pass a folder that can be written: --output DIR',
      { cause },
    );
  }
}

/** Runs what writes events. A failure loses them and warns once, as a full disk must not end a run. */
export function tolerant(onWarning: (warning: WarningEvent) => void): (write: () => void) => void {
  let failing = false;
  return (write) => {
    try {
      write();
      failing = false;
    } catch (error) {
      if (failing) return;
      failing = true;
      const message = `events are lost: ${(error as Error).message}`;
      onWarning({ type: 'warning', code: 'not_logged', message });
    }
  };
}
