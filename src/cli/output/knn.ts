// The verdict of the nearest neighbours: a row for each way of voting.
import type { KnnEvent, KnnSummary, KnnVote } from '../../index.js';
import { jsonOutput } from './json.js';
import { remark, say } from './messages.js';
import type { Output } from './output.js';
import { openProgress } from './progress.js';
import { table } from './table.js';
import { images } from './units.js';

export async function openKnnOutput(
  json: boolean | undefined,
): Promise<Output<KnnEvent, KnnSummary>> {
  if (json) return jsonOutput();
  const progress = await openProgress('comparing', images);
  return {
    event: (event) => {
      if (event.type === 'progress') progress.event(event);
      const text = remark(event);
      if (text) progress.note(text);
    },
    note: progress.note,
    finish: (summary) => {
      progress.close();
      say(describe(summary));
      if (summary.outcome === 'done') console.log(knnTable(summary.results));
    },
    close: progress.close,
  };
}

const describe = ({ outcome, trainImages, valImages }: KnnSummary) =>
  outcome === 'stopped'
    ? 'stopped'
    : `${valImages} validation images by their nearest of ${trainImages} training images`;

export const knnTable = (results: KnnVote[]): string =>
  table([
    ['distance', 'k', 'temperature', 'top-1 %', 'top-5 %'],
    ...results.map(({ distance, k, temperature, top1, top5 }) => [
      distance,
      String(k),
      distance === 'cosine' ? String(temperature) : '-',
      percent(top1),
      percent(top5),
    ]),
  ]);

const percent = (value: number) => value.toFixed(2).padStart('top-1 %'.length);
