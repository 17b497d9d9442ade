// rdm knn: judges a backbone by the nearest neighbours in its features, without training.
import type { Command } from 'commander';
import { type KnnOptions, knn } from '../../index.js';
import { addKnnFlags } from '../flags/commands.js';
import { type MachineFlags, runFlags } from '../flags/machine.js';
import { inProcesses } from '../launch/processes.js';
import { runJob } from '../launch/run.js';
import { openKnnOutput } from '../output/knn.js';

type KnnFlags = Omit<KnnOptions, 'data' | 'process'>;

const notes = `
DIR, --arch, --stem, --dataset and --crop-size may be left out: they then come from the checkpoint's record,
where it has one.

Examples:
  rdm knn --pretrained checkpoint_0099.pth.tar
  rdm knn --pretrained checkpoint_0099.pth.tar --k 1,20,200 --temperature 0.07,0.1
  rdm knn --pretrained checkpoint_0099.pth.tar --distance cosine,euclidean /data/imagenet`;

export function addKnnCommand(program: Command): void {
  const command = program
    .command('knn')
    .description('classify the validation images by the nearest training images, without training')
    .argument(
      '[dir]',
      'dataset: a folder with train/CLASS/*.jpg and val/CLASS/*.jpg, or with the files of CIFAR',
    );
  addKnnFlags(command)
    .addHelpText('after', notes)
    .action(async (data: string | undefined, flags: KnnFlags & MachineFlags) => {
      const options = { ...runFlags(flags), data };
      await inProcesses(flags, async (place) => {
        const output = await openKnnOutput(flags.json, place);
        await runJob(output, (control) => knn({ ...options, process: place }, control));
      });
    });
}
