// rdm predict: the classes of images, by a checkpoint with a classifier.
import type { Command } from 'commander';
import {
  type FeatureEvent,
  type FlagsOf,
  type PredictSummary,
  predict,
  RdmError,
} from '../../index.js';
import { addFlags, placeHelp } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { counted, table } from '../output/format.js';
import { openResultOutput } from '../output/open.js';
import type { Output } from '../output/output.js';
import { print, say } from '../output/print.js';

const notes = `
Examples:
  rdm predict probe.pth.tar cat.jpg dog.png
  rdm predict linear/model_best.pth.tar /photos --csv > classes.csv
  rdm predict resnet50.pth --top 1 --json /photos`;

export function addPredictCommand(program: Command): void {
  const command = program
    .command('predict')
    .description('the classes of images, by a checkpoint of lincls, of probe --save, or of others')
    .argument('<checkpoint>', 'with a classifier')
    .argument('[place...]', `image files; or ${placeHelp}`);
  addFlags(command, 'predict')
    .addHelpText('after', notes)
    .action(async (checkpoint: string, data: string[], flags: FlagsOf<'predict'>) => {
      const { json, csv, ...rest } = flags;
      if (json && csv) {
        throw new RdmError(
          'usage',
          '--json and --csv are two forms of one output',
          'leave one of them out',
        );
      }
      const output = await openPredictOutput(json, csv);
      await runJob(output, (control) => predict({ ...rest, checkpoint, data }, control));
    });
}

const openPredictOutput = (
  json: boolean | undefined,
  csv: boolean | undefined,
): Promise<Output<FeatureEvent, PredictSummary>> =>
  openResultOutput(json, 'predicting', (summary: PredictSummary) => {
    const { outcome, images, classes } = summary;
    say(
      outcome === 'stopped'
        ? `stopped after ${summary.predictions.length} of ${counted(images, 'image')}`
        : `${counted(images, 'image')}, by a classifier of ${classes.length} classes`,
    );
    print(csv ? csvOf(summary) : tableOf(summary));
  });

const tableOf = ({ predictions }: PredictSummary): string[] =>
  table(
    predictions.map(({ path, classes }) => [
      path,
      classes.length === 0
        ? '–'
        : classes
            .map(({ name, probability }) => `${name} ${(100 * probability).toFixed(1)} %`)
            .join(', '),
    ]),
  );

/** Two columns for each class of an image: its name and its probability. */
function csvOf({ predictions }: PredictSummary): string[] {
  const most = Math.max(0, ...predictions.map(({ classes }) => classes.length));
  const ranks = Array.from({ length: most }, (_, rank) => rank + 1);
  const head = ['path', ...ranks.flatMap((rank) => [`class${rank}`, `probability${rank}`])];
  const rows = predictions.map(({ path, classes }) => [
    path,
    ...ranks.flatMap((rank) => {
      const one = classes[rank - 1];
      return one ? [one.name, one.probability.toFixed(6)] : ['', ''];
    }),
  ]);
  return [head, ...rows].map((cells) => cells.map(quoted).join(','));
}

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
