// rdm lincls: trains a linear classifier on the frozen backbone of a checkpoint, and evaluates it.
import type { Command } from 'commander';
import { type LinclsOptions, lincls, linclsDefaults } from '../../index.js';
import {
  addDataFlags,
  addDeviceFlags,
  addModelFlags,
  addOutputFlags,
  addTrainingFlags,
  type CommonFlags,
  commonOptions,
  integer,
} from '../flags.js';
import { requireOneProcess } from '../processes.js';
import { runJob } from '../run.js';

type LinclsFlags = CommonFlags &
  Pick<LinclsOptions, 'pretrained' | 'lars' | 'evaluate' | 'valResize' | 'valImagesPerClass'>;

const notes = `
DIR, --arch and --crop-size may be left out: they then come from the checkpoint's record, where it has one
(otherwise resnet50 and 224).

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
  addModelFlags(command)
    .option('--pretrained <path>', 'checkpoint whose backbone is frozen')
    .option('-e, --evaluate', 'evaluate only');
  addTrainingFlags(command, linclsDefaults).option('--lars', 'LARC around SGD');
  addDataFlags(command)
    .option(
      '--val-resize <pixels>',
      'shorter side before the centre crop (default: crop · 256/224)',
      integer,
    )
    .option(
      '--val-images-per-class <n>',
      'only the first n validation images of each class',
      integer,
    );
  addOutputFlags(command);
  addDeviceFlags(command);
  command
    .addHelpText('after', notes)
    .action(async (data: string | undefined, flags: LinclsFlags) => {
      requireOneProcess(flags);
      const options = { ...commonOptions(flags), data };
      await runJob(flags.json, (control) => lincls(options, control));
    });
}
