// A live line on stderr while a job counts images or bytes; nothing where there is no terminal.
import type { ProgressEvent } from '../../index.js';
import { duration, type Unit } from './format.js';
import { printable, say } from './print.js';

type Counted = Pick<ProgressEvent, 'done' | 'total'>;

export interface Progress {
  event(event: Counted): void;
  /** Shows something else that is done and counted; drawn at once, as what follows may keep the process busy. */
  next(what: string, unit: Unit): void;
  /** Says something above the line. */
  note(text: string, hint?: string): void;
  close(): void;
}

/** `first` says what is being done, counted in `unit`. */
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

/** Speed is of the `recent` ones, done in so many seconds; an earlier run did the others. */
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

/**
 * A live line on stderr is seen, and kept in place: not in a CI's log, not on a terminal that cannot
 * move its cursor. Some pseudo-terminals say that they are 0 columns wide: not there.
 */
export const drawable = (): boolean =>
  process.stderr.isTTY &&
  process.stderr.columns > 0 &&
  process.env.TERM !== 'dumb' &&
  !('CI' in process.env);
