// rdm pretrain: SimSiam or BYOL, with a learnable predictor or a spectral filter.
import type { Command } from 'commander';
import { type PretrainFlags, pretrain, pretrainOptions } from '../../index.js';
import { addDataFlags, addViewFlags } from '../flags/data.js';
import { addMachineFlags, type MachineFlags, runFlags } from '../flags/machine.js';
import { addMethodFlags, addModelFlags } from '../flags/model.js';
import { addPretrainingFlags } from '../flags/training.js';
import { requireOneProcess } from '../processes.js';
import { runJob } from '../run.js';

const examples = `
Examples:
  rdm pretrain -a resnet50 -b 512 --fix-pred-lr /data/imagenet
  rdm pretrain -a resnet50 --pred-type poly --pred-location online --sigma 2 /data/imagenet
  rdm pretrain -a resnet18 --dataset cifar10 --pred-type poly --pred-location target --sigma -0.5 /data/cifar10
  rdm pretrain --resume checkpoint_0041.pth.tar -a resnet50 /data/imagenet`;

export function addPretrainCommand(program: Command): void {
  const command = program
    .command('pretrain')
    .description('pretrain a backbone on a folder of images, without labels')
    .argument('<dir>', 'dataset: a folder with train/CLASS/*.jpg, or with the files of CIFAR');
  addModelFlags(command, 'new');
  addMethodFlags(command);
  addPretrainingFlags(command);
  addViewFlags(command);
  addDataFlags(command, 'new');
  addMachineFlags(command);
  command
    .addHelpText('after', examples)
    .action(async (data: string, flags: PretrainFlags & MachineFlags) => {
      requireOneProcess(flags);
      const options = { ...pretrainOptions(runFlags(flags)), data };
      await runJob(flags.json, (control) => pretrain(options, control));
    });
}
