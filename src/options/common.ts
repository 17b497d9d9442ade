// The options that both programs share, checked and under the addon's names.
import { resolve } from 'node:path';
import { RdmError } from '../errors.js';
import type { NativeCommon } from '../native.js';
import {
  architectures,
  badImageActions,
  type CommonOptions,
  datasets,
  decodings,
  devices,
  precisions,
  stems,
} from '../types.js';
import { folder, oneOf, real, whole } from './checks.js';

/** What both programs share, once no default is missing. */
export type Common = {
  [Key in Exclude<keyof CommonOptions, 'seed' | 'gpu'>]-?: NonNullable<CommonOptions[Key]>;
} & Pick<CommonOptions, 'seed' | 'gpu'> & { data?: string | undefined };

export function resolveCommon(options: Common): NativeCommon {
  if (options.gpu !== undefined && options.device === 'cpu') {
    throw new RdmError('usage', `--gpu ${options.gpu} contradicts --device cpu`);
  }
  return { ...resolveTraining(options), ...resolveImages(options) };
}

function resolveTraining(options: Common) {
  return {
    output: resolve(options.output),
    arch: oneOf('architecture', options.arch, architectures),
    stem: oneOf('stem', options.stem, stems),
    stemPadding: oneOf('padding of the stem', options.stemPadding, [1, 2]),
    epochs: whole('--epochs', options.epochs, 1),
    startEpoch: whole('--start-epoch', options.startEpoch, 0),
    batchSize: whole('--batch-size', options.batchSize, 1),
    lr: real('--learning-rate', options.lr, 0),
    momentum: real('--momentum', options.momentum, 0),
    weightDecay: real('--weight-decay', options.weightDecay, 0),
    seed: options.seed === undefined ? null : whole('--seed', options.seed, 0),
    printFreq: whole('--print-freq', options.printFreq, 1),
    resume: options.resume,
    device: oneOf('device', options.device, devices),
    gpu: options.gpu === undefined ? null : whole('--gpu', options.gpu, 0),
    precision: oneOf('precision', options.precision, precisions),
  };
}

function resolveImages(options: Common) {
  const cropSize = whole('--crop-size', options.cropSize, 1);
  return {
    data: folder(options.data),
    dataset: oneOf('dataset', options.dataset, datasets),
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
