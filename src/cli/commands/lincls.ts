// rdm lincls: trains a linear classifier on the frozen backbone of a checkpoint, and evaluates it.
import type { Command } from 'commander';
import { type LinclsFlags, lincls, linclsOptions } from '../../index.js';
import { addDataFlags } from '../flags/data.js';
import { addMachineFlags, type MachineFlags, runFlags } from '../flags/machine.js';
import { addModelFlags } from '../flags/model.js';
import { addLinclsTrainingFlags } from '../flags/training.js';
import { requireOneProcess } from '../processes.js';
import { runJob } from '../run.js';

const notes = `
DIR, --arch, --stem, --dataset and --crop-size may be left out: they then come from the checkpoint's record,
where it has one.

Examples:
  rdm lincls --pretrained checkpoint_0099.pth.tar --lars /data/imagenet
  rdm lincls --pretrained checkpoint_0099.pth.tar --lars
  rdm lincls --evaluate --resume model_best.pth.tar /data/imagenet`;

export function addLinclsCommand(program: Command): void {
  const command = program
    .command('lincls')
    .description('train and evaluate a linear classifier on a frozen backbone')
    .argument(
      '[dir]',
      'dataset: a folder with train/CLASS/*.jpg and val/CLASS/*.jpg, or with the files of CIFAR',
    );
  addModelFlags(command, 'recorded')
    .option('--pretrained <path>', 'checkpoint whose backbone is frozen')
    .option('-e, --evaluate', 'evaluate only');
  addLinclsTrainingFlags(command);
  addDataFlags(command, 'recorded');
  addMachineFlags(command);
  command
    .addHelpText('after', notes)
    .action(async (data: string | undefined, flags: LinclsFlags & MachineFlags) => {
      requireOneProcess(flags);
      const options = { ...linclsOptions(runFlags(flags)), data };
      await runJob(flags.json, (control) => lincls(options, control));
    });
}
