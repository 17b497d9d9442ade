// Where a run's events go: JSON on request, a live line on a terminal, the reference's lines otherwise.
import type { Event, Summary } from '../../index.js';
import { jsonOutput } from './json.js';
import { linesOutput } from './lines.js';

/** stdout is the product; stderr is the conversation. */
export interface Output {
  event(event: Event): void;
  /** Something to say on stderr. */
  note(text: string): void;
  finish(summary: Summary): void;
  /** Gives the terminal back, also after an error. */
  close(): void;
}

export async function openOutput(json: boolean | undefined): Promise<Output> {
  if (json) return jsonOutput();
  if (!process.stdout.isTTY || !process.stderr.isTTY) return linesOutput();
  const { spinnerOutput } = await import('./spinner.js'); // ora loads only where it is seen
  return spinnerOutput();
}
