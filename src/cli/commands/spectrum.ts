// rdm spectrum: singular values and effective ranks of a checkpoint's features.
import type { Command } from 'commander';
import {
  type Compared,
  type FeatureEvent,
  type FlagsOf,
  type MeasuredFilter,
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
Of the backbone and of the projector, where there is one; of BYOL both branches; and of what the method compares,
with what stands between its branches (a learned predictor, a filter, an assignment to prototypes, centring and
sharpening) as a spectral filter: output against input along the input's singular directions, and the power of s
that fits it. Features are taken as they are, uncentred, as the filters take them.

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
  openResultOutput(json, 'looking at', (summary: SpectrumSummary) => {
    const { outcome, images, places, spectra, compared } = summary;
    say(outcome === 'stopped' ? 'stopped' : `singular values of ${lookedAt(images, places)}`);
    if (outcome === 'stopped') return;
    const rows = compared?.branches.map((branch) => ({ ...branch, features: 'compared' })) ?? [];
    print([...spectrumTable([...spectra, ...rows]), ...(compared ? between(compared) : [])]);
  });

/** What stands between the branches, and how alike their directions are. */
function between({ method, filter, alignment }: Compared): string[] {
  const first = alignment.slice(0, 10);
  const mean = first.reduce((sum, cosine) => sum + cosine, 0) / first.length;
  return [
    `${method}: ${filter ? describeFilter(filter) : 'nothing stands between the branches'}`,
    `their first ${first.length} directions: |cos| ${mean.toFixed(2)} on average`,
  ];
}

function describeFilter({ location, sigma, fit, explained }: MeasuredFilter): string {
  const power =
    sigma === null ? 'no power of s' : `s^${sigma.toFixed(2)} (fit ${(fit ?? 0).toFixed(2)})`;
  return `the filter measured on the ${location} is ${power}, and makes ${(100 * explained).toFixed(1)} % of its output`;
}

const headings = ['effective rank', 'of s²', 'largest s', 'smallest s'];

type Row = Omit<Spectrum, 'branch' | 'features'> & { branch: string; features: string };

const spectrumTable = (spectra: Row[]): string[] =>
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
