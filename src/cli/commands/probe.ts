// rdm probe: a linear classifier on checkpoints' features, in seconds.
import type { Command } from 'commander';
import {
  confusionHtml,
  type FeatureEvent,
  type FlagsOf,
  type ProbeSummary,
  probe,
  RdmError,
} from '../../index.js';
import { addFlags, checkpointsAmong, severalHelp } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { counted, table } from '../output/format.js';
import { ofSeveral } from '../output/messages.js';
import { openResultOutput } from '../output/open.js';
import { type Output, writeResult } from '../output/output.js';
import { print, say } from '../output/print.js';

const notes = `
Each image goes through the network once, in the evaluation view. The classifier is scikit-learn's multinomial
LogisticRegression; its strength (C) is chosen on a part of the training images, and it is then fitted to all.

Examples:
  rdm probe checkpoint_0099.pth.tar
  rdm probe runs/a/checkpoint_0099.pth.tar runs/b/checkpoint_0099.pth.tar /data/cifar10
  rdm probe checkpoint_0099.pth.tar --labels-per-class 10 --seed 1
  rdm probe checkpoint_0099.pth.tar --html confusion.html --save probe.pth.tar`;

interface Probed {
  outcome: 'done' | 'stopped';
  probes: (ProbeSummary & { checkpoint: string })[];
}

export function addProbeCommand(program: Command): void {
  const command = program
    .command('probe')
    .description('fit a linear classifier to the features of checkpoints, in seconds')
    .argument('<checkpoint>', 'any weights that can be read')
    .argument('[more...]', severalHelp);
  addFlags(command, 'probe')
    .addHelpText('after', notes)
    .action(async (first: string, more: string[], flags: FlagsOf<'probe'>) => {
      const { json, html, thumbnail, ...rest } = flags;
      const { checkpoints, data } = checkpointsAmong(first, more);
      refuseSeveral(checkpoints, flags);
      const pictures = { thumbnail: html ? thumbnail : 0 };
      const output = await openProbeOutput(json);
      await runJob(output, async (control): Promise<Probed> => {
        const probes = [];
        for (const checkpoint of checkpoints) {
          const found = await probe({ ...rest, ...pictures, checkpoint, data }, control);
          if (found.outcome === 'stopped') return { outcome: 'stopped', probes };
          if (html) await writeResult(html, confusionHtml(found, checkpoint));
          probes.push({ checkpoint, ...withoutPictures(found) });
        }
        return { outcome: 'done', probes };
      });
    });
}

function refuseSeveral(checkpoints: string[], { html, save }: FlagsOf<'probe'>): void {
  if (checkpoints.length === 1 || !(html || save)) return;
  throw new RdmError(
    'usage',
    `${html ? '--html' : '--save'} is of one checkpoint, and there are ${checkpoints.length}`,
    'leave it out, or probe them one by one',
  );
}

/** Bytes are no JSON. */
const withoutPictures = (found: ProbeSummary): ProbeSummary => ({
  ...found,
  result: found.result && { ...found.result, thumbnails: null },
});

const openProbeOutput = (json: boolean | undefined): Promise<Output<FeatureEvent, Probed>> =>
  openResultOutput(json, 'probing', ({ outcome, probes }: Probed) => {
    const [first] = probes;
    if (outcome === 'stopped') say('stopped');
    if (first && outcome === 'done') say(describe(first));
    if (first) print(probeTable(probes));
  });

const describe = ({ trainImages, valImages, classes, places }: ProbeSummary) =>
  `${counted(valImages, 'validation image')} of ${classes.length} classes, by a classifier that ` +
  `${counted(trainImages, 'training image')} fitted${ofSeveral(places)}`;

const headings = ['top-1 %', 'top-5 %', 'classes %', 'ECE', 'C'];

const probeTable = (probes: Probed['probes']): string[] =>
  table([
    ['checkpoint', ...headings],
    ...probes.flatMap(({ checkpoint, result }) => (result ? [[checkpoint, ...cells(result)]] : [])),
  ]);

const cells = (result: NonNullable<ProbeSummary['result']>) =>
  [
    ...[result.top1, result.top5, result.meanPerClass].map((percent) => percent.toFixed(2)),
    result.calibrationError.toFixed(4),
    String(Number(result.strength.toPrecision(3))),
  ].map((cell, column) => cell.padStart(headings[column]?.length ?? 0));
