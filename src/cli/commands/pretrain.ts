// rdm pretrain: SimSiam or BYOL, with a learnable predictor or a spectral filter.
import type { Command } from 'commander';
import { type Control, type FlagsOf, pretrain, pretrainOptions } from '../../index.js';
import { addFlags, libraryFlags, type ProcessFlags, placeHelp } from '../flags/flags.js';
import { inProcesses, runJob } from '../launch/run.js';
import { openOutput } from '../output/open.js';
import { outliveStdout } from '../output/print.js';

const examples = `
Examples:
  rdm pretrain -a resnet50 -b 512 --fix-pred-lr /data/imagenet
  rdm pretrain -a resnet50 -b 256 ~/photos
  find ~/photos -name '*.jpg' | sort | rdm pretrain -a resnet50 -b 256 -
  rdm pretrain -a resnet50 --pred-type poly --pred-location online --sigma 2 /data/imagenet
  rdm pretrain --recipe cifar/rdmsimsiam --dataset cifar100 --epochs 100 /data/cifar100
  rdm pretrain --resume checkpoint_0041.pth.tar -a resnet50 /data/imagenet
  rdm pretrain --resume auto --checkpoint-every 20m --keep 3 --output runs/a -a resnet50 /data/imagenet`;

export function addPretrainCommand(program: Command): void {
  const command = program
    .command('pretrain')
    .description('pretrain a backbone on images, without labels')
    .argument('<place...>', placeHelp);
  addFlags(command, 'pretrain')
    .addHelpText('after', examples)
    .action(async (data: string[], flags: FlagsOf<'pretrain'> & ProcessFlags) => {
      const options = { ...pretrainOptions(libraryFlags('pretrain', flags)), data };
      await inProcesses(flags, async (place) => {
        outliveStdout();
        const output = await openOutput(flags.json, place);
        const job = (control: Control) => pretrain({ ...options, process: place }, control);
        await runJob(output, job, flags.timeLimit);
      });
    });
}
