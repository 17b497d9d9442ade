// rdm spectrum: singular values and effective ranks of a checkpoint's features.
import type { Command } from 'commander';
import {
  type FeatureEvent,
  type FlagsOf,
  type Spectrum,
  type SpectrumSummary,
  spectrum,
  spectrumSvg,
} from '../../index.js';
import { addFlags, placeHelp } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { table } from '../output/format.js';
import { lookedAt } from '../output/messages.js';
import { openResultOutput } from '../output/open.js';
import { type Output, writeResult } from '../output/output.js';
import { print, say } from '../output/print.js';

const notes = `
Of the backbone and of the projector, where there is one; of BYOL both branches. Features are taken as they
are, uncentred, as the filters take them.

Examples:
  rdm spectrum checkpoint_0099.pth.tar
  rdm spectrum checkpoint_0099.pth.tar --images 0 --svg spectrum.svg /data/imagenet`;

export function addSpectrumCommand(program: Command): void {
  const command = program
    .command('spectrum')
    .description('effective ranks of the features of images, by branch and layer')
    .argument('<checkpoint>', 'of pretraining')
    .argument('[place...]', placeHelp);
  addFlags(command, 'spectrum')
    .addHelpText('after', notes)
    .action(
      async (checkpoint: string, data: string[], { json, svg, ...rest }: FlagsOf<'spectrum'>) => {
        const output = await openSpectrumOutput(json);
        await runJob(output, async (control) => {
          const summary = await spectrum({ ...rest, checkpoint, data }, control);
          if (svg && summary.outcome === 'done') {
            await writeResult(svg, await spectrumSvg(summary.spectra));
          }
          return summary;
        });
      },
    );
}

const openSpectrumOutput = (
  json: boolean | undefined,
): Promise<Output<FeatureEvent, SpectrumSummary>> =>
  openResultOutput(json, 'looking at', ({ outcome, images, places, spectra }: SpectrumSummary) => {
    say(outcome === 'stopped' ? 'stopped' : `singular values of ${lookedAt(images, places)}`);
    if (outcome === 'done') print(spectrumTable(spectra));
  });

const headings = ['effective rank', 'of s²', 'largest s', 'smallest s'];

const spectrumTable = (spectra: Spectrum[]): string[] =>
  table([
    ['branch', 'features', 'dim', ...headings],
    ...spectra.map(({ branch, features, dim, singularValues, ...rank }) => [
      branch,
      features,
      String(dim),
      ...[
        rank.effectiveRank.toFixed(2),
        rank.effectiveRankSquared.toFixed(2),
        (singularValues[0] ?? 0).toPrecision(4),
        (singularValues.at(-1) ?? 0).toPrecision(4),
      ].map((cell, column) => cell.padStart(headings[column]?.length ?? 0)),
    ]),
  ]);
