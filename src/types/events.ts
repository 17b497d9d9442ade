// What a run reports on its way, and how a caller follows it.
import type {
  Architecture,
  Dataset,
  Method,
  Precision,
  PredictorLocation,
  PredictorType,
  Stem,
  Training,
  Verdict,
} from './choices.js';
import type { Channels, Place } from './datasets.js';
import type { Compared, WeightsInfo } from './results.js';

/** A meter's latest value and its mean since the epoch began. */
export interface Meter {
  value: number;
  average: number;
}

/** Which of another file's weights a run begins with, by their names there. */
export interface InitEvent {
  type: 'init';
  weights: string;
  /** Whose names they are: simsiam, lincls, lightning, moco, torchvision. */
  kind: string;
  taken: string[];
  left: string[];
}

export interface StartEvent {
  type: 'start';
  command: Training;
  /** Only in pretraining. */
  method?: Method;
  /** Only in pretraining: what aligns the branches, and where. */
  predictor?: { type: PredictorType; location: PredictorLocation; sigma?: number };
  arch: string;
  /** Only in pretraining: encoder and predictor. */
  parameters?: number;
  /** Only in pretraining: features that are compared. */
  dim?: number;
  device: string;
  precision: Precision;
  /** 0: the images have no labels. */
  classes: number;
  /** Where its training images are; where it only evaluates, the validation images. */
  places?: Place[];
  trainImages: number;
  valImages?: number;
  stepsPerEpoch: number;
  epochs: number;
  startEpoch: number;
  /** Within that epoch; above 0 where a run goes on in its middle. */
  startStep: number;
  /** The checkpoint that it goes on from. */
  resumed: string | null;
  batchSize: number;
  /** Of the run, on all machines. */
  processes: number;
  /** The one in use, also where none was asked for. */
  seed: number;
  threads: number;
  libtorch: string;
  /** Bytes that a process is estimated to take: of the host's memory, or of its CUDA device's. */
  memory?: number;
  /** What pixels are normalised with, where it is not the dataset's own. */
  statistics?: { mean: Channels; std: Channels };
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
  /** Percent; where a classifier is trained: in linear evaluation, or online. */
  top1?: Meter;
  top5?: Meter;
  /** Percent; with a momentum classifier. */
  momentumTop1?: Meter;
}

/** How many directions a branch's features really use. */
export interface BranchRank {
  /** exp of the entropy of s / Σs, s the singular values. */
  effectiveRank: number;
  /** The same of s² / Σs². */
  effectiveRankSquared: number;
  /** The largest, in falling order. */
  topSingularValues: number[];
  /** Of normalised features, times √dim: 1 where they spread evenly, 0 collapsed. */
  featureStd: number;
}

/** The paper's quantity, of one batch: the target's rank is above the online branch's where training works. */
export interface RankEvent {
  type: 'rank';
  epoch: number;
  step: number;
  online: BranchRank;
  target: BranchRank;
  /** Target less online, of effectiveRank. */
  difference: number;
  /** Mean cosine between the branches. */
  alignment: number;
}

/** What the backbone makes of some training images, as they are: of a run with `init`. */
export interface Representation {
  images: number;
  /** Of its features, as a branch's. */
  effectiveRank: number;
  effectiveRankSquared: number;
  /** Percent, of validation images by their neighbours; null where it was not measured then: `--knn-every`. */
  top1: number | null;
}

/** How the backbone stands beside the one that a run with `init` began with. */
export interface RepresentationEvent {
  type: 'representation';
  /** That are done; 0: before the first step. */
  epochs: number;
  now: Representation;
  start: Representation;
}

/** What the ranks say of a pretraining, whenever they say something new; nothing as long as it is young. */
export interface VerdictEvent {
  type: 'verdict';
  epoch: number;
  step: number;
  verdict: Verdict;
  evidence: Evidence;
}

/** What a verdict rests on: medians over the last rank events. */
export interface Evidence {
  /** How many rank events. */
  measurements: number;
  onlineRank: number;
  targetRank: number;
  /** Target less online. */
  difference: number;
  /** The most that a rank can be: images or features, whichever are fewer. */
  fullRank: number;
  /** The larger effectiveRankSquared of the two branches, and the larger featureStd. */
  energyRank: number;
  featureStd: number;
  alignment: number;
  /** Of the mean loss of an epoch, since the first one; null where there is no second. */
  lossChange: number | null;
  /** Of a run with `init`: the latest of its backbone beside the first; null elsewhere. */
  drift: Drift | null;
}

export interface Drift {
  rank: number;
  startRank: number;
  /** Of the latest time that they were measured; null where they were not at both times. */
  top1: number | null;
  startTop1: number | null;
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

/** Validation images by the nearest training images, in the features of the online backbone: `--knn-every`. */
export interface KnnAccuracyEvent {
  type: 'knn';
  epoch: number;
  images: number;
  k: number;
  temperature: number;
  top1: number;
  top5: number;
}

/** What the online backbone's features of held-out images tell without labels: `--score-every`. */
export interface ScoreEvent {
  type: 'score';
  epoch: number;
  images: number;
  /** How many directions they use. */
  rankMe: number;
  /** How steeply their covariance's eigenvalues fall, i^−α; NaN where fewer than two are not noise. */
  alphaReq: number;
  /** In how many directions images differ more than views of one do. */
  lidar: number;
}

/**
 * Both branches of the method on held-out images, and what stands between them: `--lens-every`. Lists have a value for
 * each of `directions`, as far as there are any.
 */
export interface LensEvent extends Compared {
  type: 'lens';
  epoch: number;
  images: number;
  /** The numbers of the directions, from 1, the largest: all of the first, then ever further apart. */
  directions: number[];
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
  stem?: Stem;
  stemPadding?: number;
  patchSize?: number;
  dataset?: Dataset;
  cropSize?: number;
  data?: string | string[];
  val?: string;
  labels?: string;
  classes?: string;
  exclude?: string[];
  fraction?: number;
  images?: number;
  imagesPerClass?: number;
  mean?: Channels;
  std?: Channels;
}

/** What was read as weights in a file of another program. */
export interface WeightsEvent extends WeightsInfo {
  type: 'weights';
  checkpoint: string;
}

/** How far a job has come, in images or in bytes. */
export interface ProgressEvent {
  type: 'progress';
  done: number;
  total: number;
}

export type Event =
  | InitEvent
  | StartEvent
  | StepEvent
  | RankEvent
  | VerdictEvent
  | EpochEvent
  | EvaluationEvent
  | KnnAccuracyEvent
  | ScoreEvent
  | LensEvent
  | RepresentationEvent
  | CheckpointEvent
  | WarningEvent
  | RecordedEvent
  | WeightsEvent
  | SanityCheckEvent;

/** What knn reports. */
export type KnnEvent = ProgressEvent | RecordedEvent | WarningEvent | WeightsEvent;

/** What spectrum, features and embed report, and map beside its steps. */
export type FeatureEvent = KnnEvent;

/** How far a map has come, in steps; `total` is 0 while the neighbours of each image are looked for. */
export interface MapEvent {
  type: 'map';
  done: number;
  total: number;
}

export type MappingEvent = FeatureEvent | MapEvent;

/** The first epoch of linear evaluation left every tensor of the backbone as the checkpoint holds it. */
export interface SanityCheckEvent {
  type: 'sanity_check';
  checkpoint: string;
}

/** How a caller follows and ends a job. */
export interface Control<Reported = Event> {
  onEvent?: ((event: Reported) => void) | undefined;
  /** Aborting ends the job early and resolves; a run finishes its step and saves. */
  signal?: AbortSignal | undefined;
}
