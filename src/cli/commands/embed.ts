// rdm embed: a map of the features, coloured by class.
import { basename } from 'node:path';
import type { Command } from 'commander';
import {
  type Embedding,
  embed,
  embeddingHtml,
  embeddingSvg,
  type FlagsOf,
  svgToPng,
} from '../../index.js';
import { addFlags, placeHelp } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { lookedAt } from '../output/messages.js';
import { openResultOutput } from '../output/open.js';
import { writeResult } from '../output/output.js';
import { say } from '../output/print.js';

type Files = Pick<FlagsOf<'embed'>, 'html' | 'svg' | 'png'>;

const notes = `
Examples:
  rdm embed checkpoint_0099.pth.tar
  rdm embed checkpoint_0099.pth.tar --images 5000 --png map.png --features projector /data/imagenet`;

export function addEmbedCommand(program: Command): void {
  const command = program
    .command('embed')
    .description('draw the features of images as a map, coloured by class')
    .argument('<checkpoint>', 'of pretraining or of lincls')
    .argument('[place...]', placeHelp);
  addFlags(command, 'embed')
    .addHelpText('after', notes)
    .action(async (checkpoint: string, data: string[], flags: FlagsOf<'embed'>) => {
      const { json, html, svg, png, ...options } = flags;
      const files = html || svg || png ? { html, svg, png } : { html: 'embedding.html' };
      const output = await openResultOutput(json, 'embedding', describe(files));
      await runJob(output, async (control) => {
        const embedding = await embed({ ...options, checkpoint, data }, control);
        if (embedding.outcome === 'done') await write(embedding, files, basename(checkpoint));
        const { thumbnails, ...summary } = embedding;
        return summary;
      });
    });
}

async function write(embedding: Embedding, { html, svg, png }: Files, name: string): Promise<void> {
  const title = `${name}: ${lookedAt(embedding.images, embedding.places)}`;
  if (html) await writeResult(html, await embeddingHtml(embedding, title));
  if (!svg && !png) return;
  const drawing = await embeddingSvg(embedding);
  if (svg) await writeResult(svg, drawing);
  if (png) await writeResult(png, await svgToPng(drawing));
}

const describe =
  (files: Files) =>
  ({ outcome, images }: Pick<Embedding, 'outcome' | 'images'>) =>
    say(
      outcome === 'stopped'
        ? 'stopped'
        : `a map of ${images} images in ${Object.values(files).filter(Boolean).join(', ')}`,
    );
