// The verdict of the nearest neighbours: a row for each way of voting.
import type { FeatureEvent, KnnSummary, KnnVote, ProcessOptions } from '../../index.js';
import { openJudgeOutput } from './judge.js';
import type { Output } from './output.js';
import { print, say } from './print.js';
import { silentOutput } from './silent.js';
import { table } from './table.js';

export const openKnnOutput = async (
  json: boolean | undefined,
  place: ProcessOptions | undefined,
): Promise<Output<FeatureEvent, KnnSummary>> => {
  if (place && place.rank > 0) return silentOutput();
  return openJudgeOutput(json, 'comparing', (summary: KnnSummary) => {
    say(describe(summary));
    if (summary.outcome === 'done') print(knnTable(summary.results));
  });
};

const describe = ({ outcome, trainImages, valImages }: KnnSummary) =>
  outcome === 'stopped'
    ? 'stopped'
    : `${valImages} validation images by their nearest of ${trainImages} training images`;

export const knnTable = (results: KnnVote[]): string[] =>
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
