// Where a job's events and its result go.

/** stdout is the product; stderr is the conversation. */
export interface Output<Reported, Result> {
  event(event: Reported): void;
  /** Something to say on stderr. */
  note(text: string): void;
  finish(result: Result): void;
  /** Gives the terminal back, also after an error. */
  close(): void;
}
