// Follows a run that goes on in another process, by its events.jsonl.
import { setTimeout } from 'node:timers/promises';
import type { Control } from '../types/events.js';
import type { Summary } from '../types/results.js';
import { openLog } from './log.js';

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
