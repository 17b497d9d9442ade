// What a run takes. Plain values only. Defaults are the reference's and stand in `options/defaults.ts`.
import type {
  Architecture,
  Backend,
  BadImageAction,
  Branch,
  CollapseAction,
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
} from './choices.js';

/** What every spectral filter can be told. */
interface Filter {
  keepNullSpace?: boolean | undefined;
  /** How W comes about: by a decomposition, or `newton`, without one, for the powers that allow it. */
  solver?: FilterSolver | undefined;
}

/**
 * What stands between the two branches: the method's learnable predictor (`mlp`), or a spectral filter
 * W = V g(S) Vᵀ of the features P = U S Vᵀ. `poly` is g = s^sigma: low-pass for sigma > 0 (online),
 * high-pass for sigma < 0 (target). `log` is log s, `log_1` log(1+s), `log_2` log(1+s²), online only.
 */
export type Predictor =
  | { type: 'mlp' }
  | ({ type: 'poly'; location: 'online'; sigma: number } & Filter)
  | ({
      type: 'poly';
      location: 'target';
      sigma: number;
      /** Whose singular vectors filter the target: its `own` (default), or the `online` branch's. */
      source?: FilterSource | undefined;
    } & Filter)
  | ({ type: 'log' | 'log_1' | 'log_2'; location: 'online' } & Filter);

/** Which images, and how they are read. */
export interface ImageOptions {
  /** Where a run writes; the working folder where left out. */
  output?: string | undefined;
  /** Names statistics, number of classes and evaluation views; `custom` tells them from the files. */
  dataset?: Dataset | undefined;
  /** Threads that decode and augment images. */
  workers?: number | undefined;
  /** Pixels on a side of what the network sees; 32 for CIFAR, else 224, where left out. */
  cropSize?: number | undefined;
  /** Only the first so many training images of each class, in sorted order; 0 takes all. */
  imagesPerClass?: number | undefined;
  /** A text file with the names of the classes to take, one a line; all where left out. */
  classes?: string | undefined;
  /** `exact`: as Pillow decodes; `fast`: chroma at half the luma's resolution, large JPEGs at a smaller size. */
  decode?: Decoding | undefined;
  /** An image that cannot be read is replaced by another and listed, or ends the run. */
  onBadImage?: BadImageAction | undefined;
  /** An image with more pixels counts as one that cannot be read. */
  maxImagePixels?: number | undefined;
  valBatchSize?: number | undefined;
  /** Shorter side before the centre crop; for CIFAR cropSize, else cropSize · 256 / 224. */
  valResize?: number | undefined;
  valImagesPerClass?: number | undefined;
}

/** Which backbone, and what it runs on. */
export interface NetworkOptions {
  arch?: Architecture | undefined;
  /** `cifar`: a 3×3 convolution of stride 1 and no max-pool, for small images. */
  stem?: Stem | undefined;
  /** Of the cifar stem: 2 as published, 1 keeps the size of the image. */
  stemPadding?: number | undefined;
  device?: Device | undefined;
  /** Index of the CUDA device. */
  gpu?: number | undefined;
  precision?: Precision | undefined;
}

/** One of several processes that make a run together; each calls with its own. Ranks above 0 report no events. */
export interface ProcessOptions {
  rank: number;
  worldSize: number;
  /** Among the processes of this machine: 0 of 1 where left out. The batch and the workers are theirs together. */
  localRank?: number | undefined;
  localWorldSize?: number | undefined;
  /** Where the store is at which they meet. */
  host: string;
  port: number;
  /** Whether this process holds the store; rank 0 does where left out. */
  serve?: boolean | undefined;
  /** Of the store's keys: the same in all of them, another in every other run at that store. */
  prefix?: string | undefined;
  /** `nccl` on CUDA and `gloo` on a CPU where left out. */
  backend?: Backend | undefined;
  /** Seconds that one of them may wait for the others. */
  timeout?: number | undefined;
}

/** Where it is one of several processes. */
interface Distributed {
  process?: ProcessOptions | undefined;
}

/** Options that both programs of the reference share. */
export interface CommonOptions extends ImageOptions, NetworkOptions, Distributed {
  epochs?: number | undefined;
  startEpoch?: number | undefined;
  batchSize?: number | undefined;
  /** The rate for a batch of 256; the initial rate is lr · batchSize / 256. */
  lr?: number | undefined;
  momentum?: number | undefined;
  weightDecay?: number | undefined;
  seed?: number | undefined;
  /** A step event every so many steps. */
  printFreq?: number | undefined;
  /** A checkpoint to continue from; `auto`: the newest valid one in the output folder, if any. */
  resume?: string | undefined;
  /** Also writes TensorBoard's event files into the output folder. */
  tensorboard?: boolean | undefined;
  /** Goes on also from a checkpoint of another configuration. */
  resumeAnyway?: boolean | undefined;
  /** Checkpoints in mid-epoch: every so many steps, or after a time such as `'20m'` or `'1h30m'`. */
  checkpointEvery?: number | string | undefined;
  /** What a loss or gradient that is not finite does: ends the run, or goes back to the last checkpoint. */
  onDivergence?: DivergenceAction | undefined;
}

/** How the two views of an image are made, in this order. A pair holds one probability a view. */
export interface ViewOptions {
  /** Least and largest share of the image's area in a crop. */
  cropScale?: [number, number] | undefined;
  interpolation?: Interpolation | undefined;
  /** Strength of brightness, contrast, saturation and hue. */
  jitter?: [number, number, number, number] | undefined;
  jitterProb?: number | undefined;
  grayscaleProb?: number | undefined;
  blurProb?: [number, number] | undefined;
  solarizeProb?: [number, number] | undefined;
  equalizeProb?: [number, number] | undefined;
  flipProb?: number | undefined;
}

export interface PretrainOptions extends CommonOptions, ViewOptions {
  /** Folder with train/CLASS/*, or with the files of CIFAR; with an online classifier also val/. */
  data: string;
  method?: Method | undefined;
  predictor?: Predictor | undefined;
  /** Features that the projector puts out. */
  dim?: number | undefined;
  /** Hidden features of the projector; 0: as many as the backbone puts out. */
  projHiddenDim?: number | undefined;
  /** Hidden features of the `mlp` predictor. */
  predDim?: number | undefined;
  /** Each residual block begins as the identity. */
  zeroInitResidual?: boolean | undefined;
  /** BYOL: how slowly the momentum networks follow, at the first step and at the last. */
  baseTau?: number | undefined;
  finalTau?: number | undefined;
  optimizer?: Optimizer | undefined;
  /** LARS: its trust coefficient. */
  larsEta?: number | undefined;
  schedule?: PretrainSchedule | undefined;
  warmupEpochs?: number | undefined;
  /** The rate of the first step of a warm-up; it does not scale with the batch. */
  warmupStartLr?: number | undefined;
  /** Keeps the predictor's learning rate at its initial value. */
  fixPredLr?: boolean | undefined;
  /** Batches whose gradients are added before an update; the learning rate scales with them. */
  accumulate?: number | undefined;
  /** Trains a linear classifier on the detached features, and validates it after every epoch. */
  onlineClassifier?: boolean | undefined;
  /** The online classifier's rate for 256 images. */
  classifierLr?: number | undefined;
  /** BYOL: another one on the momentum network's features. */
  momentumClassifier?: boolean | undefined;
  /** How many checkpoints stay in the output folder, the newest; 0: all. */
  keep?: number | undefined;
  /** A rank event every so many steps; as often as a step event where left out. */
  rankEvery?: number | undefined;
  /** A knn event every so many epochs; 0: none. */
  knnEvery?: number | undefined;
  /** At a verdict of collapse: goes on with a warning, or saves and stops. */
  onCollapse?: CollapseAction | undefined;
}

export interface LinclsOptions extends CommonOptions {
  /** Folder with train/CLASS/* and val/CLASS/*; where left out, the one the checkpoint records. */
  data?: string | undefined;
  /** The pretrained checkpoint whose backbone is frozen. */
  pretrained?: string | undefined;
  /** LARC around SGD. */
  lars?: boolean | undefined;
  schedule?: LinclsSchedule | undefined;
  /** Epochs at which the step schedule multiplies the rate by 0.1. */
  lrSteps?: number[] | undefined;
  /** Only evaluates, without training. */
  evaluate?: boolean | undefined;
}

/** Which features of a checkpoint. */
export interface LayerOptions {
  /** The backbone's, or the projector's on top of it. */
  features?: FeatureLayer | undefined;
  /** Of BYOL: the online network or the momentum network. */
  branch?: Branch | undefined;
}

export interface KnnOptions extends ImageOptions, NetworkOptions, LayerOptions, Distributed {
  /** Folder with train/CLASS/* and val/CLASS/*; where left out, the one the checkpoint records. */
  data?: string | undefined;
  /** The checkpoint whose backbone is judged; random weights where left out. */
  pretrained?: string | undefined;
  /** How many neighbours vote. Each combination of the three lists is a result. */
  k?: number[] | undefined;
  /** A vote weighs exp(cosine / temperature); euclidean ones, 1 / distance, have none. */
  temperature?: number[] | undefined;
  distance?: Distance[] | undefined;
}

/** The validation images through a checkpoint's networks. */
export interface SpectrumOptions
  extends Omit<ImageOptions, 'imagesPerClass' | 'valImagesPerClass'>,
    NetworkOptions {
  checkpoint: string;
  /** Folder with val/CLASS/*; where left out, the one the checkpoint records. */
  data?: string | undefined;
  /** How many, evenly spaced in their order; 0 takes all. */
  images?: number | undefined;
}

export interface FeatureOptions extends SpectrumOptions, LayerOptions {
  /** Pixels on a side of the small pictures; 0 makes none. */
  thumbnail?: number | undefined;
}

export interface EmbedOptions extends FeatureOptions {
  /** UMAP: how many nearest neighbours hold a point in its place. */
  neighbours?: number | undefined;
  /** UMAP: the least distance between two points. */
  minDist?: number | undefined;
  /** The same seed gives the same map. */
  seed?: number | undefined;
}

export interface ExportOptions {
  checkpoint: string;
  output: string;
  format: ExportFormat;
  branch?: Branch | undefined;
}
