// A live line on stderr while a job counts images or bytes; nothing where there is no terminal.
import type { ProgressEvent } from '../../index.js';
import { say } from './messages.js';
import { drawable } from './terminal.js';
import { duration, type Unit } from './units.js';

export interface Progress {
  event(event: ProgressEvent): void;
  /** Says something above the line. */
  note(text: string): void;
  close(): void;
}

/** `what` is being done, counted in `unit`. */
export async function openProgress(what: string, unit: Unit): Promise<Progress> {
  if (!drawable()) return { event: () => {}, note: say, close: () => {} };
  const { default: ora } = await import('ora'); // loads only where it is seen
  const spinner = ora({ text: what, discardStdin: false, isEnabled: true }).start();
  let first: { done: number; time: number } | undefined;
  return {
    event: (event) => {
      first ??= { done: event.done, time: performance.now() };
      const seconds = (performance.now() - first.time) / 1000;
      spinner.text = `${what}  ${progressLine(event, unit, event.done - first.done, seconds)}`;
    },
    note: (text) => {
      spinner.clear();
      say(text);
      spinner.render();
    },
    close: () => spinner.stop(),
  };
}

/** The last `recent` took so many seconds; what was done before that was done in an earlier run. */
export function progressLine(
  { done, total }: ProgressEvent,
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
