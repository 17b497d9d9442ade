// Resolves what a caller leaves out to the reference's defaults, and refuses what makes no sense.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { RdmError } from './errors.js';
import type {
  NativeCheckOptions,
  NativeLinclsOptions,
  NativePretrainOptions,
  NativeSynthesizeOptions,
} from './native.js';
import {
  architectures,
  badImageActions,
  type CheckOptions,
  type CommonOptions,
  decodings,
  devices,
  filterSources,
  type LinclsOptions,
  type Predictor,
  type PretrainOptions,
  precisions,
  predictorLocations,
  predictorTypes,
  type SynthesizeOptions,
} from './types.js';

const commonDefaults = {
  output: '.',
  arch: 'resnet50',
  startEpoch: 0,
  momentum: 0.9,
  workers: 32,
  printFreq: 10,
  resume: '',
  device: 'auto',
  precision: 'fp32',
  cropSize: 224,
  imagesPerClass: 0,
  classes: '',
  decode: 'exact',
  onBadImage: 'skip',
  maxImagePixels: 178_956_970, // Pillow's limit
} as const;

/** Source: main_simsiam.py. */
export const pretrainDefaults = {
  ...commonDefaults,
  epochs: 100,
  batchSize: 512,
  lr: 0.05,
  weightDecay: 1e-4,
  dim: 2048,
  predDim: 512,
  fixPredLr: false,
} as const;

/** Source: main_lincls.py. */
export const linclsDefaults = {
  ...commonDefaults,
  epochs: 90,
  batchSize: 4096,
  valBatchSize: 256,
  lr: 0.1,
  weightDecay: 0,
  pretrained: '',
  lars: false,
  evaluate: false,
  valImagesPerClass: 0,
} as const;

export const synthesizeDefaults = {
  trainPerClass: 100,
  valPerClass: 20,
  size: 64,
  seed: 0,
} as const;

export function resolvePretrain(given: PretrainOptions): NativePretrainOptions {
  const options = withDefaults(pretrainDefaults, given);
  return {
    ...resolveCommon(options),
    data: folder(options.data),
    dim: whole('--dim', options.dim, 1),
    predDim: whole('--pred-dim', options.predDim, 1),
    fixPredLr: options.fixPredLr,
    ...resolvePredictor(options.predictor ?? { type: 'mlp' }),
  };
}

export function resolveLincls(given: LinclsOptions): NativeLinclsOptions {
  const options = withDefaults(linclsDefaults, given);
  const common = resolveCommon(options);
  return {
    ...common,
    data: folder(options.data),
    pretrained: options.pretrained,
    lars: options.lars,
    evaluate: options.evaluate,
    valBatchSize: whole('valBatchSize', options.valBatchSize, 1),
    valResize: whole(
      '--val-resize',
      options.valResize ?? Math.round((common.cropSize * 256) / 224),
      common.cropSize,
    ),
    valImagesPerClass: whole('--val-images-per-class', options.valImagesPerClass, 0),
  };
}

export function resolveCheck(given: CheckOptions): NativeCheckOptions {
  const { maxImagePixels } = commonDefaults;
  const options = withDefaults({ workers: availableParallelism(), maxImagePixels }, given);
  return {
    data: folder(options.data),
    workers: whole('--workers', options.workers, 1),
    maxImagePixels: whole('--max-image-pixels', options.maxImagePixels, 1),
  };
}

export function resolveSynthesize(given: SynthesizeOptions): NativeSynthesizeOptions {
  const options = withDefaults(synthesizeDefaults, given);
  return {
    output: resolve(options.output),
    trainPerClass: whole('--train-per-class', options.trainPerClass, 1),
    valPerClass: whole('--val-per-class', options.valPerClass, 1),
    size: whole('--size', options.size, 8),
    seed: whole('--seed', options.seed, 0),
  };
}

/** What both programs share, once no default is missing. */
type Common = {
  [Key in Exclude<keyof CommonOptions, 'seed' | 'gpu'>]-?: NonNullable<CommonOptions[Key]>;
} & Pick<CommonOptions, 'seed' | 'gpu'>;

function resolveCommon(options: Common) {
  if (options.gpu !== undefined && options.device === 'cpu') {
    throw new RdmError('usage', `--gpu ${options.gpu} contradicts --device cpu`);
  }
  return {
    output: resolve(options.output),
    arch: oneOf('architecture', options.arch, architectures),
    epochs: whole('--epochs', options.epochs, 1),
    startEpoch: whole('--start-epoch', options.startEpoch, 0),
    batchSize: whole('--batch-size', options.batchSize, 1),
    lr: real('--learning-rate', options.lr, 0),
    momentum: real('--momentum', options.momentum, 0),
    weightDecay: real('--weight-decay', options.weightDecay, 0),
    workers: Math.max(whole('--workers', options.workers, 0), 1), // 0 is the main process in the reference
    seed: options.seed === undefined ? null : whole('--seed', options.seed, 0),
    printFreq: whole('--print-freq', options.printFreq, 1),
    resume: options.resume,
    device: oneOf('device', options.device, devices),
    gpu: options.gpu === undefined ? null : whole('--gpu', options.gpu, 0),
    precision: oneOf('precision', options.precision, precisions),
    cropSize: whole('--crop-size', options.cropSize, 1),
    imagesPerClass: whole('--images-per-class', options.imagesPerClass, 0),
    classes: options.classes && resolve(options.classes),
    decode: oneOf('decoding', options.decode, decodings),
    onBadImage: oneOf('action on a bad image', options.onBadImage, badImageActions),
    maxImagePixels: whole('--max-image-pixels', options.maxImagePixels, 1),
  };
}

/** The loosest shape a predictor can have when it comes from a command line or from JavaScript. */
interface AnyPredictor {
  type: string;
  location?: string;
  sigma?: number;
  source?: string;
  keepNullSpace?: boolean;
}

function resolvePredictor(given: Predictor) {
  const predictor: AnyPredictor = given;
  const { location = 'online', sigma = 0, source = 'own', keepNullSpace = false } = predictor;
  const type = oneOf('predictor type', predictor.type, predictorTypes);
  oneOf('predictor location', location, predictorLocations);
  if (location === 'target' && type !== 'poly') {
    throw new RdmError(
      'usage',
      `the ${type} predictor has no place on the target`,
      'on the target: poly with sigma < 0; on the online branch: mlp, poly, log, log_1, log_2',
    );
  }
  return {
    predType: type,
    predLocation: location,
    sigma: real('--sigma', sigma),
    filterSource: oneOf('filter source', source, filterSources),
    keepNullSpace,
  };
}

function folder(path: string | undefined): string {
  if (path) return resolve(path);
  throw new RdmError('usage', 'no data folder was given', 'pass a folder with train/ and val/');
}

function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RdmError('usage', `${name} must be a whole number of at least ${least}, not ${value}`);
}

function real(name: string, value: number, least = -Infinity): number {
  if (Number.isFinite(value) && value >= least) return value;
  const bound = least === -Infinity ? '' : ` of at least ${least}`;
  throw new RdmError('usage', `${name} must be a number${bound}, not ${value}`);
}

/** `value`, which must be one of `choices`. Throws `usage` with what there is. */
export function oneOf<const Choice extends string>(
  name: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  if ((choices as readonly string[]).includes(value)) return value as Choice;
  throw new RdmError('usage', `unknown ${name} '${value}'`, `choose from: ${choices.join(', ')}`);
}

/** `given` over `defaults`; what is undefined counts as left out. */
function withDefaults<Defaults extends object, Given extends object>(
  defaults: Defaults,
  given: Given,
) {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(present) } as Omit<Given, keyof Defaults> & {
    [Key in keyof Defaults & keyof Given]-?: NonNullable<Given[Key]>;
  };
}
