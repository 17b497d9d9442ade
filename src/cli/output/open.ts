// Which output a job gets: JSON on request, a live line on a terminal, plain lines otherwise.
import type { Event, MappingEvent, ProcessOptions, Summary } from '../../index.js';
import { images, steps } from './format.js';
import { linesOutput } from './lines.js';
import { remark } from './messages.js';
import { jsonOutput, type Output, silentOutput } from './output.js';
import { drawable, openProgress } from './progress.js';

/** Of a run; of several processes the first alone has one. */
export async function openOutput(
  json: boolean | undefined,
  place: ProcessOptions | undefined,
): Promise<Output<Event, Summary>> {
  if (place && place.rank > 0) return silentOutput();
  if (json) return jsonOutput();
  if (!onTerminal()) return linesOutput();
  const { spinnerOutput } = await import('./spinner.js'); // ora loads only where it is seen
  return spinnerOutput();
}

/** Product and conversation are read by the same eyes. */
const onTerminal = (): boolean => process.stdout.isTTY && drawable();

/**
 * Of a job that looks at a checkpoint: a live line over images and steps of a map, then its result. `what` is
 * being done to images; `print` says what came out.
 */
export async function openResultOutput<Result extends object>(
  json: boolean | undefined,
  what: string,
  print: (result: Result) => void,
): Promise<Output<MappingEvent, Result>> {
  if (json) return jsonOutput();
  const progress = await openProgress(what, images);
  return {
    event: (event) => {
      if (event.type === 'map' && event.total === 0) progress.next('computing the map', steps);
      else if (event.type === 'map' || event.type === 'progress') progress.event(event);
      const text = remark(event);
      if (text) progress.note(...text);
    },
    note: progress.note,
    finish: (result) => {
      progress.close();
      print(result);
    },
    close: progress.close,
  };
}
