// A live line on stderr while a job counts images or bytes; nothing where there is no terminal.

import type { ProgressEvent } from '../../index.js';
import { say } from './print.js';
import { printable } from './printable.js';
import { drawable } from './terminal.js';
import { duration, type Unit } from './units.js';

type Counted = Pick<ProgressEvent, 'done' | 'total'>;

export interface Progress {
  event(event: Counted): void;
  /** From here on something else is done and counted; seen at once, whatever keeps the process busy next. */
  next(what: string, unit: Unit): void;
  /** Says something above the line. */
  note(text: string, hint?: string): void;
  close(): void;
}

/** `what` is being done, counted in `unit`. */
export async function openProgress(first: string, unit: Unit): Promise<Progress> {
  if (!drawable()) return { event: () => {}, next: () => {}, note: say, close: () => {} };
  const { default: ora } = await import('ora'); // loads only where it is seen
  let current = { what: printable(first), unit };
  const spinner = ora({ text: current.what, discardStdin: false, isEnabled: true }).start();
  let start: { done: number; time: number } | undefined;
  return {
    event: (event) => {
      start ??= { done: event.done, time: performance.now() };
      const seconds = (performance.now() - start.time) / 1000;
      const line = progressLine(event, current.unit, event.done - start.done, seconds);
      spinner.text = `${current.what}  ${line}`;
    },
    next: (what, unit) => {
      current = { what, unit };
      start = undefined;
      spinner.text = what;
      spinner.render();
    },
    note: (text, hint) => {
      spinner.clear();
      say(text, hint);
      spinner.render();
    },
    close: () => spinner.stop(),
  };
}

/** The last `recent` took so many seconds; what was done before that was done in an earlier run. */
export function progressLine(
  { done, total }: Counted,
  { name, scale, digits }: Unit,
  recent: number,
  seconds: number,
): string {
  const count = (value: number) => (value / scale).toFixed(digits);
  const position = `${count(done)} of ${count(total)} ${name}`;
  if (recent === 0 || seconds === 0) return position;
  const speed = recent / seconds;
  return `${position}  ${count(speed)} ${name}/s  ${duration((total - done) / speed)} left`;
}
