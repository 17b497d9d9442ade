// Where a run's events go.
import type { Event, Summary } from '../../index.js';

/** stdout is the product; stderr is the conversation. */
export interface Output {
  event(event: Event): void;
  /** Something to say on stderr. */
  note(text: string): void;
  finish(summary: Summary): void;
  /** Gives the terminal back, also after an error. */
  close(): void;
}
