// Where a job's events and its result go.
import { writeFile } from 'node:fs/promises';
import { RdmError } from '../../index.js';
import { printJson, say } from './print.js';

/** stdout is the product; stderr is the conversation. */
export interface Output<Reported, Result> {
  event(event: Reported): void;
  /** Something to say on stderr. */
  note(text: string, hint?: string): void;
  finish(result: Result): void;
  /** Gives the terminal back, also after an error. */
  close(): void;
}

/** --json: one event a line on stdout, the summary last. */
export function jsonOutput(): Output<object, object> {
  return {
    event: (event) => printJson(event),
    note: say,
    finish: (summary) => printJson({ type: 'summary', ...summary }),
    close: () => {},
  };
}

/** Only the first of several processes has something to show. */
export function silentOutput(): Output<unknown, unknown> {
  return { event: () => {}, note: () => {}, finish: () => {}, close: () => {} };
}

/** Writes a file that the line asks for beside what is printed. */
export async function writeResult(path: string, contents: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, contents);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RdmError(
      'bad_output',
      `cannot write ${path}: ${reason}`,
      'pass a file in a folder that exists and can be written',
      { cause },
    );
  }
}
