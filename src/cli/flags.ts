// The flags that commands share: names, short forms and defaults of the reference, in groups for --help.
import { type Command, InvalidArgumentError } from 'commander';
import {
  architectures,
  badImageActions,
  type CommonOptions,
  decodings,
  devices,
  filterSources,
  precisions,
  predictorLocations,
  predictorTypes,
  pretrainDefaults,
} from '../index.js';

/** The flags of the reference that concern several processes. */
interface ProcessFlags {
  worldSize: number;
  rank: number;
  distUrl: string;
  distBackend: string;
  multiprocessingDistributed?: true;
}

export type CommonFlags = Pick<
  CommonOptions,
  | 'arch'
  | 'classes'
  | 'cropSize'
  | 'decode'
  | 'device'
  | 'gpu'
  | 'imagesPerClass'
  | 'maxImagePixels'
  | 'momentum'
  | 'onBadImage'
  | 'output'
  | 'precision'
  | 'printFreq'
  | 'resume'
  | 'seed'
  | 'startEpoch'
  | 'workers'
> &
  ProcessFlags & {
    epochs: number;
    batchSize: number;
    learningRate: number;
    weightDecay: number;
    json?: true;
  };

export interface PredictorFlags {
  predType: string;
  predLocation: string;
  sigma: number;
  filterSource: string;
  keepNullSpace?: true;
  dim: number;
  predDim: number;
  fixPredLr?: true;
}

interface TrainingDefaults {
  epochs: number;
  batchSize: number;
  lr: number;
  weightDecay: number;
}

export function addModelFlags(command: Command, archDefault?: string): Command {
  const list = architectures.join(', ');
  return command
    .optionsGroup('Model:')
    .option('-a, --arch <name>', `backbone: ${list}`, archDefault);
}

export function addPredictorFlags(command: Command): Command {
  const { dim, predDim } = pretrainDefaults;
  return command
    .optionsGroup('Rank differential mechanism:')
    .option('--pred-type <type>', `what aligns the branches: ${predictorTypes.join(', ')}`, 'mlp')
    .option(
      '--pred-location <branch>',
      `branch of a filter: ${predictorLocations.join(', ')}`,
      'online',
    )
    .option('--sigma <power>', 'power of the poly filter: > 0 online, < 0 on the target', number, 0)
    .option(
      '--filter-source <branch>',
      `whose directions filter the target: ${filterSources.join(', ')}`,
      'own',
    )
    .option('--keep-null-space', 'keep directions of the features that are rounding noise')
    .option('--dim <n>', 'features of the projector', integer, dim)
    .option('--pred-dim <n>', 'hidden features of the mlp predictor', integer, predDim)
    .option('--fix-pred-lr', "keep the predictor's learning rate at its initial value");
}

export function addTrainingFlags(command: Command, defaults: TrainingDefaults): Command {
  const { momentum, startEpoch } = pretrainDefaults;
  return command
    .optionsGroup('Training:')
    .option('--epochs <n>', 'epochs to run', integer, defaults.epochs)
    .option(
      '--start-epoch <n>',
      'number of the first epoch (a resumed run knows it)',
      integer,
      startEpoch,
    )
    .option('-b, --batch-size <n>', 'images in a batch', integer, defaults.batchSize)
    .option('--lr, --learning-rate <rate>', 'rate for a batch of 256', number, defaults.lr)
    .option('--momentum <m>', 'momentum of SGD', number, momentum)
    .option('--wd, --weight-decay <decay>', 'weight decay', number, defaults.weightDecay)
    .option(
      '--seed <n>',
      'seed of weights, order and views; the same seed gives the same run',
      integer,
    )
    .option('--resume <path>', 'checkpoint to continue from');
}

export function addDataFlags(command: Command, cropDefault?: number): Command {
  const { decode, maxImagePixels, onBadImage } = pretrainDefaults;
  return command
    .optionsGroup('Data:')
    .option('-j, --workers <n>', 'threads that read images', integer, pretrainDefaults.workers)
    .option('--crop-size <pixels>', 'side of what the network sees', integer, cropDefault)
    .option('--images-per-class <n>', 'only the first n training images of each class', integer)
    .option('--classes <file>', 'only the classes whose names the file lists, one a line')
    .option(
      '--decode <how>',
      `how JPEGs are decoded: ${decodings.join(', ')} (large ones at a smaller size)`,
      decode,
    )
    .option(
      '--on-bad-image <action>',
      `what to do about one: ${badImageActions.join(' (replace and list it), ')} (end the run)`,
      onBadImage,
    )
    .option(
      '--max-image-pixels <n>',
      'an image with more counts as one that cannot be read',
      integer,
      maxImagePixels,
    );
}

export function addOutputFlags(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--output <dir>', 'folder for checkpoints and events.jsonl', pretrainDefaults.output)
    .option(
      '-p, --print-freq <n>',
      'steps between two progress lines',
      integer,
      pretrainDefaults.printFreq,
    )
    .option('--json', 'print events as JSON, one a line');
}

export function addDeviceFlags(command: Command): Command {
  return command
    .optionsGroup('Device:')
    .option('--device <name>', devices.join(', '), pretrainDefaults.device)
    .option('--gpu <index>', 'which CUDA device', integer)
    .option(
      '--precision <name>',
      `of the network: ${precisions.join(', ')}`,
      pretrainDefaults.precision,
    )
    .option('--world-size <n>', 'nodes that take part', integer, -1)
    .option('--rank <n>', 'number of this node', integer, -1)
    .option('--dist-url <url>', 'where processes meet', 'tcp://224.66.41.62:23456')
    .option('--dist-backend <name>', 'how processes talk', 'nccl')
    .option('--multiprocessing-distributed', 'one process a device');
}

/** The common flags under the names of the library's options. */
export function commonOptions(flags: CommonFlags) {
  const { learningRate, json, worldSize, rank, distUrl, distBackend, ...options } = flags;
  const { multiprocessingDistributed, ...common } = options;
  return { ...common, lr: learningRate };
}

export function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) {
    throw new InvalidArgumentError('It must be a number.');
  }
  return value;
}
