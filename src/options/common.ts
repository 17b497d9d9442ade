// The options that programs share, checked and under the addon's names.
import { resolve } from 'node:path';
import { RdmError } from '../base/errors.js';
import type { NativeCommon, NativeImages, NativeLayer, NativeNetwork } from '../native/addon.js';
import {
  architectures,
  badImageActions,
  branches,
  datasets,
  decodings,
  devices,
  divergenceActions,
  featureLayers,
  precisions,
  stems,
} from '../types/choices.js';
import type {
  CommonOptions,
  ImageOptions,
  LayerOptions,
  NetworkOptions,
} from '../types/options.js';
import { folder, oneOf, real, seconds, whole } from './checks.js';
import { ownWorkers, resolveProcess, shared } from './process.js';

/** No default is missing any more. */
type Complete<Options> = {
  [Key in Exclude<keyof Options, Optional>]-?: NonNullable<Options[Key]>;
} & Pick<Options, Extract<keyof Options, Optional>>;
type Optional = 'seed' | 'gpu' | 'process';

type Process = Pick<CommonOptions, 'process'>;
type Images = Complete<ImageOptions> & Process & { data?: string | undefined };
type Network = Complete<NetworkOptions>;
type Common = Complete<CommonOptions> & { data?: string | undefined };

export function resolveCommon(options: Common): NativeCommon {
  return {
    process: resolveProcess(options),
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

export function resolveLayer(options: Complete<LayerOptions>): NativeLayer {
  return {
    features: oneOf('features', options.features, featureLayers),
    branch: oneOf('branch', options.branch, branches),
  };
}

function resolveTraining(options: Common) {
  return {
    epochs: whole('--epochs', options.epochs, 1),
    startEpoch: whole('--start-epoch', options.startEpoch, 0),
    batchSize: shared(whole('--batch-size', options.batchSize, 1), options),
    lr: real('--learning-rate', options.lr, 0),
    momentum: real('--momentum', options.momentum, 0),
    weightDecay: real('--weight-decay', options.weightDecay, 0),
    seed: options.seed === undefined ? null : whole('--seed', options.seed, 0),
    printFreq: whole('--print-freq', options.printFreq, 1),
    resume: options.resume,
    resumeAnyway: options.resumeAnyway,
    ...resolveCadence(options.checkpointEvery),
    onDivergence: oneOf('action on divergence', options.onDivergence, divergenceActions),
    maxSteps: 0,
  };
}

function resolveCadence(every: number | string) {
  const counted = typeof every === 'number' || /^\d+$/.test(every);
  return {
    checkpointSteps: counted ? whole('--checkpoint-every', Number(every), 0) : 0,
    checkpointSeconds: counted ? 0 : seconds('--checkpoint-every', every),
  };
}

export function resolveImages(options: Images): NativeImages {
  const cropSize = whole('--crop-size', options.cropSize, 1);
  return {
    data: folder(options.data),
    dataset: oneOf('dataset', options.dataset, datasets),
    output: resolve(options.output),
    workers: ownWorkers(whole('--workers', options.workers, 0), options),
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
