// The waist: finds, loads (on first use) and types the C++ addon. Plain values only cross here.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RdmError } from './errors.js';
import type {
  Architecture,
  BadImageAction,
  CheckpointInfo,
  DataCheck,
  DataInfo,
  Dataset,
  Decoding,
  Device,
  Distance,
  Environment,
  Event,
  FilterSolver,
  FilterSource,
  Interpolation,
  KnnEvent,
  KnnSummary,
  LinclsSchedule,
  Method,
  Optimizer,
  Precision,
  PretrainSchedule,
  ProgressEvent,
  Stem,
  Summary,
} from './types.js';

/** Every key is always there; the addon refuses a missing or an unknown one. */
export interface NativeImages {
  data: string;
  dataset: Dataset;
  output: string;
  workers: number;
  cropSize: number;
  imagesPerClass: number;
  classes: string;
  decode: Decoding;
  onBadImage: BadImageAction;
  maxImagePixels: number;
  valBatchSize: number;
  valResize: number;
  valImagesPerClass: number;
}

export interface NativeNetwork {
  arch: Architecture;
  stem: Stem;
  stemPadding: number;
  device: Device;
  gpu: number | null;
  precision: Precision;
}

export interface NativeCommon extends NativeImages, NativeNetwork {
  epochs: number;
  startEpoch: number;
  batchSize: number;
  lr: number;
  momentum: number;
  weightDecay: number;
  seed: number | null;
  printFreq: number;
  resume: string;
}

/** How one of the two views is made. */
export interface NativeView {
  minScale: number;
  maxScale: number;
  interpolation: Interpolation;
  jitterProb: number;
  brightness: number;
  contrast: number;
  saturation: number;
  hue: number;
  grayscaleProb: number;
  blurProb: number;
  solarizeProb: number;
  equalizeProb: number;
  flipProb: number;
}

export interface NativePretrainOptions extends NativeCommon {
  method: Method;
  dim: number;
  projHiddenDim: number;
  predDim: number;
  zeroInitResidual: boolean;
  baseTau: number;
  finalTau: number;
  predType: string;
  predLocation: string;
  sigma: number;
  filterSource: FilterSource;
  filterSolver: FilterSolver;
  keepNullSpace: boolean;
  optimizer: Optimizer;
  larsEta: number;
  schedule: PretrainSchedule;
  warmupEpochs: number;
  warmupStartLr: number;
  fixPredLr: boolean;
  accumulate: number;
  onlineClassifier: boolean;
  classifierLr: number;
  momentumClassifier: boolean;
  rankEvery: number;
  views: [NativeView, NativeView];
}

export interface NativeLinclsOptions extends NativeCommon {
  pretrained: string;
  lars: boolean;
  schedule: LinclsSchedule;
  lrSteps: number[];
  evaluate: boolean;
}

export interface NativeVote {
  k: number;
  temperature: number;
  distance: Distance;
}

export interface NativeKnnOptions extends NativeImages, NativeNetwork {
  pretrained: string;
  votes: NativeVote[];
}

export interface NativeSynthesizeOptions {
  output: string;
  trainPerClass: number;
  valPerClass: number;
  size: number;
  seed: number;
}

export interface NativeCheckOptions {
  data: string;
  workers: number;
  maxImagePixels: number;
}

export interface Job<Result> {
  done: Promise<Result>;
  stop(): void;
  /** Stops and waits for the thread; for a process about to exit. */
  end(): void;
}

export type NativeKnnSummary = Omit<KnnSummary, 'outcome'> & { stopped: boolean };

export interface Native {
  pretrain(options: NativePretrainOptions, onEvent: (event: Event) => void): Job<Summary>;
  lincls(options: NativeLinclsOptions, onEvent: (event: Event) => void): Job<Summary>;
  knn(options: NativeKnnOptions, onEvent: (event: KnnEvent) => void): Job<NativeKnnSummary>;
  inspectCheckpoint(path: string): Promise<CheckpointInfo>;
  dataInfo(path: string): Promise<DataInfo>;
  checkData(options: NativeCheckOptions, onEvent: (event: ProgressEvent) => void): Job<DataCheck>;
  synthesize(options: NativeSynthesizeOptions): Promise<{ images: number }>;
  environment(): Environment;
}

const built = fileURLToPath(new URL('../build/Release/rdm.node', import.meta.url));
const howToBuild =
  'build it with `npm run setup` in a checkout, or `npx rdm setup` where rdm-ssl is installed';

let loaded: Native | undefined;

/** The addon: RDM_ADDON, or the one that set-up built. Throws `no_addon` with what to do. */
export function native(): Native {
  loaded ??= load(resolve(process.env.RDM_ADDON || built));
  return loaded;
}

function load(path: string): Native {
  if (!existsSync(path)) {
    throw new RdmError('no_addon', `the native addon is not built: no ${path}`, howToBuild);
  }
  try {
    return createRequire(import.meta.url)(path) as Native;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RdmError('no_addon', `the native addon does not load: ${reason}`, howToBuild, {
      cause,
    });
  }
}

/** Versions, devices and codecs that the addon was built with and finds here. */
export function environment(): Environment {
  return native().environment();
}
