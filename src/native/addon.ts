// The waist: finds, loads (on first use) and types the C++ addon. Plain values only cross here.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RdmError } from '../base/errors.js';
import type {
  Architecture,
  Backend,
  BadImageAction,
  Branch,
  Dataset,
  Decoding,
  Device,
  Distance,
  DivergenceAction,
  ExportFormat,
  FeatureLayer,
  FilterSolver,
  FilterSource,
  Interpolation,
  LinclsSchedule,
  Method,
  Optimizer,
  Precision,
  PretrainSchedule,
  Stem,
} from '../types/choices.js';
import type { DataCheck, DataInfo } from '../types/datasets.js';
import type { Event, FeatureEvent, KnnEvent, ProgressEvent } from '../types/events.js';
import type {
  CheckpointInfo,
  Environment,
  ExportSummary,
  FeatureSet,
  KnnSummary,
  SpectrumSummary,
  Summary,
  TensorHash,
} from '../types/results.js';

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

/** One of several processes of a run. */
export interface NativeProcess {
  rank: number;
  worldSize: number;
  localRank: number;
  localWorldSize: number;
  /** Where the store is. */
  host: string;
  port: number;
  /** This process holds the store. */
  serve: boolean;
  /** Of the store's keys. */
  prefix: string;
  backend: Backend;
  /** Seconds a collective may take before it fails. */
  timeout: number;
}

export interface NativeCommon extends NativeImages, NativeNetwork {
  process: NativeProcess | null; // null: the only one
  epochs: number;
  startEpoch: number;
  batchSize: number;
  lr: number;
  momentum: number;
  weightDecay: number;
  seed: number | null;
  printFreq: number;
  resume: string;
  resumeAnyway: boolean;
  /** Between two checkpoints in mid-epoch; 0: none. */
  checkpointSteps: number;
  checkpointSeconds: number;
  onDivergence: DivergenceAction;
  /** Stops after so many steps of this process; 0: at the end. */
  maxSteps: number;
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
  knnEvery: number;
  keep: number;
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

export interface NativeLayer {
  features: FeatureLayer;
  branch: Branch;
}

export interface NativeKnnOptions extends NativeImages, NativeNetwork, NativeLayer {
  process: NativeProcess | null;
  pretrained: string;
  votes: NativeVote[];
}

export interface NativeSpectrumOptions extends NativeImages, NativeNetwork {
  process: null;
  pretrained: string;
  images: number;
}

export interface NativeFeatureOptions extends NativeSpectrumOptions, NativeLayer {
  thumbnail: number;
}

export interface NativeExportOptions {
  checkpoint: string;
  output: string;
  format: ExportFormat;
  branch: Branch;
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

/** A result whose `outcome` is a flag. */
export type Stoppable<Result> = Omit<Result, 'outcome'> & { stopped: boolean };

export interface Native {
  pretrain(options: NativePretrainOptions, onEvent: (event: Event) => void): Job<Summary>;
  lincls(options: NativeLinclsOptions, onEvent: (event: Event) => void): Job<Summary>;
  knn(options: NativeKnnOptions, onEvent: (event: KnnEvent) => void): Job<Stoppable<KnnSummary>>;
  spectrum(
    options: NativeSpectrumOptions,
    onEvent: (event: FeatureEvent) => void,
  ): Job<Stoppable<SpectrumSummary>>;
  features(
    options: NativeFeatureOptions,
    onEvent: (event: FeatureEvent) => void,
  ): Job<Stoppable<FeatureSet>>;
  inspectCheckpoint(path: string): Promise<CheckpointInfo>;
  hashTensors(path: string): Promise<TensorHash[]>;
  exportCheckpoint(options: NativeExportOptions): Promise<Omit<ExportSummary, 'output'>>;
  dataInfo(path: string): Promise<DataInfo>;
  checkData(options: NativeCheckOptions, onEvent: (event: ProgressEvent) => void): Job<DataCheck>;
  synthesize(options: NativeSynthesizeOptions): Promise<{ images: number }>;
  environment(): Environment;
}

const built = fileURLToPath(new URL('../../build/Release/rdm.node', import.meta.url));
const howToBuild =
  'build it with `npm run setup` in a checkout, or `npx rdm setup` where rdm-ssl is installed';

let loaded: Native | undefined;

/** RDM_ADDON, or the addon that set-up built. */
export const addonPath = (): string => resolve(process.env.RDM_ADDON || built);

/** The addon. Throws `no_addon` with what to do. */
export function native(): Native {
  loaded ??= load(addonPath());
  return loaded;
}

function load(path: string): Native {
  if (!existsSync(path)) {
    throw new RdmError('no_addon', `the native addon is not built: no ${path}`, howToBuild);
  }
  process.env.TORCH_CPP_LOG_LEVEL ??= 'ERROR'; // c10d warns of what comes back as an error anyway
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
