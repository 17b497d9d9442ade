// rdm compare: several checkpoints through the paper's lens.
import type { Command } from 'commander';
import {
  type Comparison,
  compare,
  compareCsv,
  compareHtml,
  compareSvg,
  type FeatureEvent,
  type FlagsOf,
} from '../../index.js';
import { addFlags, checkpointsAmong, severalHelp } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { table } from '../output/format.js';
import { lookedAt } from '../output/messages.js';
import { openResultOutput } from '../output/open.js';
import { type Output, writeResult } from '../output/output.js';
import { print, say } from '../output/print.js';

const notes = `
A column a checkpoint: effective ranks of what the loss aligns, online and target, and their difference; the measured
filter of what stands between the branches (a learned predictor, a filter, an assignment to prototypes, centring and
sharpening); how alike the directions of the branches are.

Examples:
  rdm compare runs/simsiam/checkpoint_0099.pth.tar runs/dino/checkpoint_0099.pth.tar --knn
  rdm compare a/checkpoint_0011.pth.tar b/checkpoint_0011.pth.tar --svg figure.svg --csv figure.csv /data/cifar10`;

export function addCompareCommand(program: Command): void {
  const command = program
    .command('compare')
    .description('what the methods of checkpoints compare, side by side')
    .argument('<checkpoint>', 'of pretraining')
    .argument('[more...]', severalHelp);
  addFlags(command, 'compare')
    .addHelpText('after', notes)
    .action(async (first: string, more: string[], flags: FlagsOf<'compare'>) => {
      const { json, html, svg, csv, ...rest } = flags;
      const files = html || svg || csv ? { html, svg, csv } : { html: 'compare.html' };
      const output = await openCompareOutput(json, files);
      await runJob(output, async (control) => {
        const found = await compare({ ...rest, ...checkpointsAmong(first, more) }, control);
        if (found.outcome === 'done') await write(found, files);
        return found;
      });
    });
}

interface Files {
  html?: string | undefined;
  svg?: string | undefined;
  csv?: string | undefined;
}

async function write(found: Comparison, { html, svg, csv }: Files): Promise<void> {
  const title = `${found.runs.length} runs on ${lookedAt(found.images, found.places)}`;
  if (html) await writeResult(html, await compareHtml(found, title));
  if (svg) await writeResult(svg, await compareSvg(found));
  if (csv) await writeResult(csv, compareCsv(found));
}

const openCompareOutput = (
  json: boolean | undefined,
  files: Files,
): Promise<Output<FeatureEvent, Comparison>> =>
  openResultOutput(json, 'comparing', ({ outcome, runs }: Comparison) => {
    if (outcome === 'stopped') return say('stopped');
    print(compareTable(runs));
    say(`the comparison is in ${Object.values(files).filter(Boolean).join(', ')}`);
  });

const headings = ['online', 'target', 'difference', 'sigma', 'fit', 'kNN'];

const compareTable = (runs: Comparison['runs']): string[] =>
  table([
    ['run', 'method', ...headings],
    ...runs.map(({ name, method, branches, filter, knn }) => {
      const [online = 0, target = 0] = branches.map(({ effectiveRank }) => effectiveRank);
      const cells = [online, target, target - online, filter?.sigma, filter?.fit, knn];
      return [
        name,
        method,
        ...cells.map((cell, column) =>
          (cell?.toFixed(2) ?? '–').padStart(headings[column]?.length ?? 0),
        ),
      ];
    }),
  ]);
