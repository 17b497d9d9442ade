// Of jobs that look at a checkpoint: a live line over images and steps of a map, remarks, then the verdict.
import type { EmbedEvent } from '../../index.js';
import { jsonOutput } from './json.js';
import { remark } from './messages.js';
import type { Output } from './output.js';
import { openProgress } from './progress.js';
import { images, steps } from './units.js';

/** `what` is being done to images; `print` says what came out. */
export async function openJudgeOutput<Result extends object>(
  json: boolean | undefined,
  what: string,
  print: (result: Result) => void,
): Promise<Output<EmbedEvent, Result>> {
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
