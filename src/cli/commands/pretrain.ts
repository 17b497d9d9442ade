// rdm pretrain: SimSiam with a learnable predictor or a spectral filter.
import type { Command } from 'commander';
import { type Predictor, pretrain, pretrainDefaults } from '../../index.js';
import {
  addDataFlags,
  addDeviceFlags,
  addModelFlags,
  addOutputFlags,
  addPredictorFlags,
  addTrainingFlags,
  type CommonFlags,
  commonOptions,
  type PredictorFlags,
} from '../flags.js';
import { requireOneProcess } from '../processes.js';
import { runJob } from '../run.js';

type PretrainFlags = CommonFlags & PredictorFlags;

const examples = `
Examples:
  rdm pretrain -a resnet50 -b 512 --fix-pred-lr /data/imagenet
  rdm pretrain -a resnet50 --pred-type poly --pred-location online --sigma 2 /data/imagenet
  rdm pretrain -a resnet18 --crop-size 32 --pred-type poly --pred-location target --sigma -0.5 /data/cifar10
  rdm pretrain --resume checkpoint_0041.pth.tar -a resnet50 /data/imagenet`;

export function addPretrainCommand(program: Command): void {
  const command = program
    .command('pretrain')
    .description('pretrain a backbone on a folder of images, without labels')
    .argument('<dir>', 'dataset: a folder with train/CLASS/*.jpg, or with the files of CIFAR');
  addModelFlags(command, pretrainDefaults.arch);
  addPredictorFlags(command);
  addTrainingFlags(command, pretrainDefaults);
  addDataFlags(command, pretrainDefaults.cropSize);
  addOutputFlags(command);
  addDeviceFlags(command);
  command.addHelpText('after', examples).action(async (data: string, flags: PretrainFlags) => {
    requireOneProcess(flags);
    await runJob(flags.json, (control) => pretrain(toOptions(data, flags), control));
  });
}

function toOptions(data: string, flags: PretrainFlags) {
  const { predType, predLocation, sigma, filterSource, keepNullSpace, ...rest } = flags;
  const { dim, predDim, fixPredLr, ...common } = rest;
  const predictor = { type: predType, location: predLocation, sigma, source: filterSource };
  return {
    ...commonOptions(common),
    data,
    dim,
    predDim,
    fixPredLr,
    predictor: { ...predictor, keepNullSpace } as Predictor, // pretrain() checks it
  };
}
