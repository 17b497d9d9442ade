// The options that programs share, checked and under the addon's names.
import { resolve } from 'node:path';
import { RdmError } from '../errors.js';
import type { NativeCommon, NativeImages, NativeNetwork } from '../native.js';
import {
  architectures,
  badImageActions,
  type CommonOptions,
  datasets,
  decodings,
  devices,
  type ImageOptions,
  type NetworkOptions,
  precisions,
  stems,
} from '../types.js';
import { folder, oneOf, real, whole } from './checks.js';

/** No default is missing any more. */
type Complete<Options> = {
  [Key in Exclude<keyof Options, 'seed' | 'gpu'>]-?: NonNullable<Options[Key]>;
} & Pick<Options, Extract<keyof Options, 'seed' | 'gpu'>>;

type Images = Complete<ImageOptions> & { data?: string | undefined };
type Network = Complete<NetworkOptions>;
type Common = Complete<CommonOptions> & { data?: string | undefined };

export function resolveCommon(options: Common): NativeCommon {
  return {
    ...resolveNetwork(options),
    ...resolveTraining(options),
    ...resolveImages(options),
  };
}

export function resolveNetwork(options: Network): NativeNetwork {
  if (options.gpu !== undefined && options.device === 'cpu') {
    throw new RdmError('usage', `--gpu ${options.gpu} contradicts --device cpu`);
  }
  return {
    arch: oneOf('architecture', options.arch, architectures),
    stem: oneOf('stem', options.stem, stems),
    stemPadding: oneOf('padding of the stem', options.stemPadding, [1, 2]),
    device: oneOf('device', options.device, devices),
    gpu: options.gpu === undefined ? null : whole('--gpu', options.gpu, 0),
    precision: oneOf('precision', options.precision, precisions),
  };
}

function resolveTraining(options: Common) {
  return {
    epochs: whole('--epochs', options.epochs, 1),
    startEpoch: whole('--start-epoch', options.startEpoch, 0),
    batchSize: whole('--batch-size', options.batchSize, 1),
    lr: real('--learning-rate', options.lr, 0),
    momentum: real('--momentum', options.momentum, 0),
    weightDecay: real('--weight-decay', options.weightDecay, 0),
    seed: options.seed === undefined ? null : whole('--seed', options.seed, 0),
    printFreq: whole('--print-freq', options.printFreq, 1),
    resume: options.resume,
  };
}

export function resolveImages(options: Images): NativeImages {
  const cropSize = whole('--crop-size', options.cropSize, 1);
  return {
    data: folder(options.data),
    dataset: oneOf('dataset', options.dataset, datasets),
    output: resolve(options.output),
    workers: Math.max(whole('--workers', options.workers, 0), 1), // 0 is the main process in the reference
    cropSize,
    imagesPerClass: whole('--images-per-class', options.imagesPerClass, 0),
    classes: options.classes && resolve(options.classes),
    decode: oneOf('decoding', options.decode, decodings),
    onBadImage: oneOf('action on a bad image', options.onBadImage, badImageActions),
    maxImagePixels: whole('--max-image-pixels', options.maxImagePixels, 1),
    valBatchSize: whole('valBatchSize', options.valBatchSize, 1),
    valResize: whole('--val-resize', options.valResize, cropSize),
    valImagesPerClass: whole('--val-images-per-class', options.valImagesPerClass, 0),
  };
}
