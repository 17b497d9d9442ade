// rdm map: a map of the features, coloured by class.
import { basename } from 'node:path';
import type { Command } from 'commander';
import { type FeatureMap, type FlagsOf, map, mapHtml, mapSvg, svgToPng } from '../../index.js';
import { addFlags, placeHelp } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { lookedAt } from '../output/messages.js';
import { openResultOutput } from '../output/open.js';
import { writeResult } from '../output/output.js';
import { say } from '../output/print.js';

type Files = Pick<FlagsOf<'map'>, 'html' | 'svg' | 'png'>;

const notes = `
Examples:
  rdm map --pretrained checkpoint_0099.pth.tar
  rdm map --pretrained checkpoint_0099.pth.tar --images 5000 --png map.png --features projector /data/imagenet
  rdm map --in features.npy --html map.html`;

export function addMapCommand(program: Command): void {
  const command = program
    .command('map')
    .description('draw the features of images as a map, coloured by class')
    .argument('[place...]', placeHelp);
  addFlags(command, 'map')
    .addHelpText('after', notes)
    .action(async (data: string[], flags: FlagsOf<'map'>) => {
      const { json, html, svg, png, ...options } = flags;
      const files = html || svg || png ? { html, svg, png } : { html: 'map.html' };
      const output = await openResultOutput(json, 'looking', describe(files));
      await runJob(output, async (control) => {
        const drawn = await map({ ...options, data }, control);
        const of = basename(options.in || options.pretrained || '');
        if (drawn.outcome === 'done') await write(drawn, files, of);
        const { thumbnails, ...summary } = drawn;
        return summary;
      });
    });
}

async function write(drawn: FeatureMap, { html, svg, png }: Files, name: string): Promise<void> {
  const title = `${name}: ${lookedAt(drawn.images, drawn.places)}`;
  if (html) await writeResult(html, await mapHtml(drawn, title));
  if (!svg && !png) return;
  const drawing = await mapSvg(drawn);
  if (svg) await writeResult(svg, drawing);
  if (png) await writeResult(png, await svgToPng(drawing));
}

const describe =
  (files: Files) =>
  ({ outcome, images }: Pick<FeatureMap, 'outcome' | 'images'>) =>
    say(
      outcome === 'stopped'
        ? 'stopped'
        : `a map of ${images} images in ${Object.values(files).filter(Boolean).join(', ')}`,
    );
