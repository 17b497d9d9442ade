// What a run takes, reports and returns. Plain values only.

export const architectures = [
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet101',
  'resnet152',
  'resnext50_32x4d',
  'resnext101_32x8d',
  'resnext101_64x4d',
  'wide_resnet50_2',
  'wide_resnet101_2',
] as const;
export const devices = ['auto', 'cpu', 'cuda'] as const;
export const precisions = ['fp32', 'bf16'] as const;
export const decodings = ['exact', 'fast'] as const;
export const badImageActions = ['skip', 'stop'] as const;
export const fetchable = ['cifar10', 'cifar100'] as const;
export const predictorTypes = ['mlp', 'poly', 'log', 'log_1', 'log_2'] as const;
export const predictorLocations = ['online', 'target'] as const;
export const filterSources = ['own', 'online'] as const;

export type Architecture = (typeof architectures)[number];
export type Device = (typeof devices)[number];
export type Precision = (typeof precisions)[number];
export type Decoding = (typeof decodings)[number];
export type BadImageAction = (typeof badImageActions)[number];
export type FilterSource = (typeof filterSources)[number];

/**
 * What stands between the two branches: SimSiam's learnable predictor, or a spectral filter
 * W = V g(S) Vᵀ of the features P = U S Vᵀ. `poly` is g = s^sigma: low-pass for sigma > 0 (online),
 * high-pass for sigma < 0 (target). `log` is log s, `log_1` log(1+s), `log_2` log(1+s²), online only.
 */
export type Predictor =
  | { type: 'mlp' }
  | { type: 'poly'; location: 'online'; sigma: number; keepNullSpace?: boolean }
  | {
      type: 'poly';
      location: 'target';
      sigma: number;
      /** Whose singular vectors filter the target: its `own` (default), or the `online` branch's. */
      source?: FilterSource;
      keepNullSpace?: boolean;
    }
  | { type: 'log' | 'log_1' | 'log_2'; location: 'online'; keepNullSpace?: boolean };

/** Options that both programs share. Defaults are the reference's and stand in `options.ts`. */
export interface CommonOptions {
  /** Where checkpoints and events.jsonl go; the working folder where left out. */
  output?: string | undefined;
  arch?: Architecture | undefined;
  epochs?: number | undefined;
  startEpoch?: number | undefined;
  batchSize?: number | undefined;
  /** The rate for a batch of 256; the initial rate is lr · batchSize / 256. */
  lr?: number | undefined;
  momentum?: number | undefined;
  weightDecay?: number | undefined;
  /** Threads that decode and augment images. */
  workers?: number | undefined;
  seed?: number | undefined;
  /** A step event every so many steps. */
  printFreq?: number | undefined;
  /** A checkpoint to continue from. */
  resume?: string | undefined;
  device?: Device | undefined;
  /** Index of the CUDA device. */
  gpu?: number | undefined;
  precision?: Precision | undefined;
  /** Pixels on a side of what the network sees. */
  cropSize?: number | undefined;
  /** Only the first so many training images of each class, in sorted order; 0 takes all. */
  imagesPerClass?: number | undefined;
  /** A text file with the names of the classes to take, one a line; all where left out. */
  classes?: string | undefined;
  /** `exact`: as Pillow decodes; `fast`: large JPEGs are decoded at a smaller size. */
  decode?: Decoding | undefined;
  /** An image that cannot be read is replaced by another and listed, or ends the run. */
  onBadImage?: BadImageAction | undefined;
  /** An image with more pixels counts as one that cannot be read. */
  maxImagePixels?: number | undefined;
}

export interface PretrainOptions extends CommonOptions {
  /** Folder with train/CLASS/*. */
  data: string;
  predictor?: Predictor | undefined;
  /** Features that the projector puts out. */
  dim?: number | undefined;
  /** Hidden features of the `mlp` predictor. */
  predDim?: number | undefined;
  /** Keeps the predictor's learning rate at its initial value. */
  fixPredLr?: boolean | undefined;
}

export interface LinclsOptions extends CommonOptions {
  /** Folder with train/CLASS/* and val/CLASS/*; where left out, the one the checkpoint records. */
  data?: string | undefined;
  /** The pretrained checkpoint whose backbone is frozen. */
  pretrained?: string | undefined;
  /** LARC around SGD. */
  lars?: boolean | undefined;
  /** Only evaluates, without training. */
  evaluate?: boolean | undefined;
  valBatchSize?: number | undefined;
  /** Pixels of the shorter side before the centre crop; cropSize · 256 / 224 where left out. */
  valResize?: number | undefined;
  valImagesPerClass?: number | undefined;
}

/** A meter's latest value and its mean since the epoch began. */
export interface Meter {
  value: number;
  average: number;
}

export interface StartEvent {
  type: 'start';
  command: 'pretrain' | 'lincls';
  arch: string;
  /** Only in pretraining: encoder and predictor. */
  parameters?: number;
  device: string;
  precision: Precision;
  classes: number;
  trainImages: number;
  valImages?: number;
  stepsPerEpoch: number;
  epochs: number;
  startEpoch: number;
  batchSize: number;
  /** The one in use, also where none was asked for. */
  seed: number;
  threads: number;
  libtorch: string;
  pretrained?: string;
}

export interface StepEvent {
  type: 'step';
  phase: 'train' | 'validation';
  epoch: number;
  /** Within the epoch, from 0. */
  step: number;
  stepsPerEpoch: number;
  lr: number;
  imagesPerSecond: number;
  batchSeconds: Meter;
  dataSeconds: Meter;
  loss: Meter;
  /** Percent; only in linear evaluation. */
  top1?: Meter;
  top5?: Meter;
}

export interface EpochEvent {
  type: 'epoch';
  epoch: number;
  loss: number;
  seconds: number;
  imagesPerSecond: number;
  /** What the loader's workers did, added up over them; `idle`: waiting for training. */
  loaderSeconds: { decode: number; augment: number; idle: number };
}

export interface EvaluationEvent {
  type: 'evaluation';
  epoch: number;
  images: number;
  top1: number;
  top5: number;
  bestTop1: number;
  loss: number;
}

export interface CheckpointEvent {
  type: 'checkpoint';
  path: string;
  epoch: number;
  best: boolean;
}

export interface WarningEvent {
  type: 'warning';
  code: string;
  message: string;
}

/** Options that were left out and taken from the checkpoint's record. */
export interface RecordedEvent {
  type: 'recorded';
  checkpoint: string;
  arch?: Architecture;
  cropSize?: number;
  data?: string;
  classes?: string;
  imagesPerClass?: number;
}

/** How far a job has come, in images or in bytes. */
export interface ProgressEvent {
  type: 'progress';
  done: number;
  total: number;
}

export type Event =
  | StartEvent
  | StepEvent
  | EpochEvent
  | EvaluationEvent
  | CheckpointEvent
  | WarningEvent
  | RecordedEvent
  | SanityCheckEvent;

/** The first epoch of linear evaluation left every tensor of the backbone as the checkpoint holds it. */
export interface SanityCheckEvent {
  type: 'sanity_check';
  checkpoint: string;
}

export interface Summary {
  /** `stopped`: the signal was aborted, and a checkpoint was left. */
  outcome: 'done' | 'stopped';
  epoch: number;
  steps: number;
  checkpoint: string | null;
  loss: number | null;
  /** Percent; null after pretraining. */
  top1: number | null;
  top5: number | null;
  bestTop1: number | null;
}

/** How a caller follows and ends a job. */
export interface Control<Reported = Event> {
  onEvent?: ((event: Reported) => void) | undefined;
  /** Aborting ends the job early and resolves; a run finishes its step and saves. */
  signal?: AbortSignal | undefined;
}

export interface CheckpointInfo {
  kind: 'simsiam' | 'lincls' | 'lightning' | 'torchvision' | 'other';
  /** As recorded, or told from the shapes. */
  arch: string | null;
  /** Epochs completed. */
  epoch: number | null;
  /** Percent. */
  bestAcc1: number | null;
  /** Tensors, elements and bytes of the state dict. */
  keys: number;
  parameters: number;
  bytes: number;
  tensors: { name: string; shape: number[]; dtype: string }[];
  /** The options of the run that wrote the file; null for a checkpoint of another program. */
  rdm: Record<string, unknown> | null;
}

export interface Environment {
  version: string;
  libtorch: string;
  threads: number;
  /** The widest vector instructions that LibTorch uses here. */
  cpu: string;
  cuda: { available: boolean; devices: number };
}

export interface SynthesizeOptions {
  output: string;
  trainPerClass?: number | undefined;
  valPerClass?: number | undefined;
  /** Pixels on a side. */
  size?: number | undefined;
  seed?: number | undefined;
}

export interface FetchOptions {
  dataset: (typeof fetchable)[number];
  /** Folder to unpack into; a run takes it as its data folder. */
  output: string;
  /** Where the archive is; the authors' address where left out. */
  url?: string | undefined;
  /** The archive's checksum; that of the authors' archive where left out. */
  md5?: string | undefined;
}

export interface FetchSummary {
  /** `present`: it was there before; `stopped`: the signal was aborted, and what came is kept. */
  outcome: 'done' | 'present' | 'stopped';
  /** The folder of the dataset's files. */
  path: string;
}

export interface CheckOptions {
  /** Folder of a dataset, in any layout that a run takes. */
  data: string;
  /** Threads; one a processor where left out. */
  workers?: number | undefined;
  maxImagePixels?: number | undefined;
}

export interface DataCheck {
  root: string;
  /** How many were looked at. */
  images: number;
  /** The signal was aborted before all of them were. */
  stopped: boolean;
  bad: { path: string; reason: string }[];
}

export interface DataInfo {
  root: string;
  /** `folder`: SPLIT/CLASS/*; else the authors' files, in their binary or their Python layout. */
  layout: 'folder' | 'cifar10-binary' | 'cifar10-python' | 'cifar100-binary' | 'cifar100-python';
  /** Without `val` where there is none. */
  splits: { train: SplitInfo; val?: SplitInfo };
}

export interface SplitInfo {
  images: number;
  classes: number;
  smallestClass: { name: string; images: number };
  largestClass: { name: string; images: number };
  /** A hash of classes, paths and labels: equal listings train on the same images. */
  listing: string;
  /** Pixels, over at most a thousand images, evenly spread. */
  widths: Range;
  heights: Range;
}

export interface Range {
  least: number;
  mean: number;
  most: number;
}
