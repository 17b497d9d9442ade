// A live line on stderr while a job counts images or bytes; nothing where there is no terminal.
import type { ProgressEvent } from '../../index.js';
import { drawable } from './terminal.js';
import { duration } from './units.js';

export interface Progress {
  event(event: ProgressEvent): void;
  close(): void;
}

/** `what` is being done; `quantity` writes a count. */
export async function openProgress(
  what: string,
  quantity: (count: number) => string,
): Promise<Progress> {
  if (!drawable()) return { event: () => {}, close: () => {} };
  const { default: ora } = await import('ora'); // loads only where it is seen
  const spinner = ora({ text: what, discardStdin: false }).start();
  let first: { done: number; time: number } | undefined;
  return {
    event: (event) => {
      first ??= { done: event.done, time: performance.now() };
      const seconds = (performance.now() - first.time) / 1000;
      spinner.text = `${what}  ${progressLine(event, event.done - first.done, seconds, quantity)}`;
    },
    close: () => spinner.stop(),
  };
}

/** `recent` were done in the last so many seconds; what was done before that came for free. */
export function progressLine(
  { done, total }: ProgressEvent,
  recent: number,
  seconds: number,
  quantity: (count: number) => string,
): string {
  const position = `${quantity(done)} of ${quantity(total)}`;
  if (recent === 0 || seconds === 0) return position;
  const speed = recent / seconds;
  return `${position}  ${quantity(Math.round(speed))}/s  ${duration((total - done) / speed)} left`;
}
