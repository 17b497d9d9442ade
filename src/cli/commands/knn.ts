// rdm knn: the validation images by the nearest training images in a backbone's features, without training.
import type { Command } from 'commander';
import {
  type FeatureEvent,
  type FlagsOf,
  type KnnSummary,
  type KnnVote,
  knn,
  type ProcessOptions,
} from '../../index.js';
import { addFlags, libraryFlags, type ProcessFlags, placeHelp } from '../flags/flags.js';
import { inProcesses, runJob } from '../launch/run.js';
import { table } from '../output/format.js';
import { ofSeveral } from '../output/messages.js';
import { openResultOutput } from '../output/open.js';
import { type Output, silentOutput } from '../output/output.js';
import { print, say } from '../output/print.js';

const notes = `
PLACE, --arch, --stem, --patch-size, --dataset and --crop-size may be left out: they then come from the checkpoint,
where it has one.

Examples:
  rdm knn --pretrained checkpoint_0099.pth.tar
  rdm knn --pretrained checkpoint_0099.pth.tar --k 1,20,200 --temperature 0.07,0.1
  rdm knn --pretrained checkpoint_0099.pth.tar --distance cosine,euclidean /data/imagenet`;

export function addKnnCommand(program: Command): void {
  const command = program
    .command('knn')
    .description('classify the validation images by the nearest training images, without training')
    .argument('[place...]', placeHelp);
  addFlags(command, 'knn')
    .addHelpText('after', notes)
    .action(async (data: string[], flags: FlagsOf<'knn'> & ProcessFlags) => {
      const options = { ...libraryFlags('knn', flags), data };
      await inProcesses(flags, async (place) => {
        const output = await openKnnOutput(flags.json, place);
        await runJob(output, (control) => knn({ ...options, process: place }, control));
      });
    });
}

const openKnnOutput = async (
  json: boolean | undefined,
  place: ProcessOptions | undefined,
): Promise<Output<FeatureEvent, KnnSummary>> => {
  if (place && place.rank > 0) return silentOutput();
  return openResultOutput(json, 'comparing', (summary: KnnSummary) => {
    say(describe(summary));
    if (summary.outcome === 'done') print(knnTable(summary.results));
  });
};

const describe = ({ outcome, trainImages, valImages, places }: KnnSummary) =>
  outcome === 'stopped'
    ? 'stopped'
    : `${valImages} validation images by their nearest of ${trainImages} training images${ofSeveral(places)}`;

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
