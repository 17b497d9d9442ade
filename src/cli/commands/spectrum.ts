// rdm spectrum: singular values and effective ranks of a checkpoint's features.
import type { Command } from 'commander';
import { type SpectrumOptions, spectrum, spectrumSvg } from '../../index.js';
import { addSpectrumFlags } from '../flags/commands.js';
import { runJob } from '../launch/run.js';
import { openSpectrumOutput } from '../output/spectrum.js';
import { writeResult } from '../output/write.js';

type SpectrumFlags = Omit<SpectrumOptions, 'data' | 'checkpoint'> & { json?: true; svg?: string };

const notes = `
Of the backbone and of the projector, where there is one; of BYOL both branches. Features are taken as they
are, uncentred, as the filters take them.

Examples:
  rdm spectrum checkpoint_0099.pth.tar
  rdm spectrum checkpoint_0099.pth.tar --images 0 --svg spectrum.svg /data/imagenet`;

export function addSpectrumCommand(program: Command): void {
  const command = program
    .command('spectrum')
    .description('effective ranks of the features of validation images, by branch and layer')
    .argument('<checkpoint>', 'of pretraining')
    .argument('[dir]', 'dataset: a folder with val/CLASS/*.jpg, or with the files of CIFAR');
  addSpectrumFlags(command)
    .addHelpText('after', notes)
    .action(
      async (
        checkpoint: string,
        data: string | undefined,
        { json, svg, ...rest }: SpectrumFlags,
      ) => {
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
