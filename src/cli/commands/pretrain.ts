// rdm pretrain: SimSiam or BYOL, with a learnable predictor or a spectral filter.
import type { Command } from 'commander';
import { type PretrainFlags, pretrain, pretrainOptions } from '../../index.js';
import { addPretrainFlags } from '../flags/commands.js';
import { type MachineFlags, runFlags } from '../flags/machine.js';
import { openOutput } from '../output/open.js';
import { requireOneProcess } from '../processes.js';
import { runJob } from '../run.js';

const examples = `
Examples:
  rdm pretrain -a resnet50 -b 512 --fix-pred-lr /data/imagenet
  rdm pretrain -a resnet50 --pred-type poly --pred-location online --sigma 2 /data/imagenet
  rdm pretrain --recipe cifar/rdmsimsiam --dataset cifar100 --epochs 100 /data/cifar100
  rdm pretrain --resume checkpoint_0041.pth.tar -a resnet50 /data/imagenet`;

export function addPretrainCommand(program: Command): void {
  const command = program
    .command('pretrain')
    .description('pretrain a backbone on a folder of images, without labels')
    .argument('<dir>', 'dataset: a folder with train/CLASS/*.jpg, or with the files of CIFAR');
  addPretrainFlags(command)
    .addHelpText('after', examples)
    .action(async (data: string, flags: PretrainFlags & MachineFlags) => {
      requireOneProcess(flags);
      const options = { ...pretrainOptions(runFlags(flags)), data };
      await runJob(await openOutput(flags.json), (control) => pretrain(options, control));
    });
}
