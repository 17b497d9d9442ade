// What a run returns, what a checkpoint holds, what the addon finds.
import type {
  Branch,
  Distance,
  ExportFormat,
  FeatureLayer,
  Method,
  Standing,
  Stem,
} from './choices.js';
import type { Place } from './datasets.js';

export interface Summary {
  /** `stopped`: the signal was aborted, and a checkpoint was left. */
  outcome: 'done' | 'stopped';
  epoch: number;
  steps: number;
  checkpoint: string | null;
  loss: number | null;
  /** Percent; null where no classifier was validated. */
  top1: number | null;
  top5: number | null;
  bestTop1: number | null;
  /** Of a pretraining; null in the log of an earlier version, where there was none. */
  verdict?: Standing | null;
}

/** What rdm verify-resume found. */
export interface ResumeCheck {
  /** `stopped`: the signal was aborted, and nothing was compared. */
  outcome: 'done' | 'stopped';
  /** Trained straight, and with a stop in between. */
  steps: number;
  tensors: number;
  /** Names of those that differ, in the checkpoint's order. */
  different: string[];
}

export interface TensorHash {
  name: string;
  sha256: string;
}

export interface KnnSummary {
  /** `stopped`: the signal was aborted, and there are no results. */
  outcome: 'done' | 'stopped';
  /** Where the training images are. */
  places: Place[];
  trainImages: number;
  valImages: number;
  results: KnnVote[];
}

/** One way of weighing the neighbours and what it got right, in percent. */
export interface KnnVote {
  k: number;
  /** Without effect on euclidean distances. */
  temperature: number;
  distance: Distance;
  top1: number;
  top5: number;
}

/** The singular values of one layer's features, uncentred. */
export interface Spectrum {
  branch: Branch;
  features: FeatureLayer;
  dim: number;
  /** In falling order. */
  singularValues: number[];
  /** exp of the entropy of s / Σs. */
  effectiveRank: number;
  /** The same of s² / Σs². */
  effectiveRankSquared: number;
}

/** One side of what a method's loss aligns. */
export interface ComparedBranch extends Omit<Spectrum, 'branch' | 'features'> {
  branch: 'online' | 'target';
}

/** What stands between the branches of a method, measured from its input and output on the same images. */
export interface MeasuredFilter {
  /** The branch that it changes. */
  location: 'online' | 'target';
  /** Of the input, in falling order. */
  singularValues: number[];
  /** Output against input along each of the input's singular directions: g(s) of a spectral filter. */
  gain: number[];
  /** Share of the output's squares that a filter of these gains makes: 1 where it is one. */
  explained: number;
  /** The power of s that the gains fit best, and the share of their variance that it explains. */
  sigma: number | null;
  fit: number | null;
}

/** What a method compares, through the lens of the paper. */
export interface Compared {
  method: Method;
  branches: ComparedBranch[];
  /** |cos| between the branches' directions, from the largest on: 1 where they are the same in the same order. */
  alignment: number[];
  /** Null where nothing stands between the branches. */
  filter: MeasuredFilter | null;
}

/** One of the checkpoints that are compared. */
export interface ComparedRun extends Compared {
  checkpoint: string;
  /** Of the folders that lead to the checkpoint, the last that none of the others is in. */
  name: string;
  /** Top-1 of the 20 nearest training images, percent; null where it was not asked for. */
  knn: number | null;
}

export interface Comparison {
  /** `stopped`: the signal was aborted, and some of the runs are missing. */
  outcome: 'done' | 'stopped';
  images: number;
  places: Place[];
  runs: ComparedRun[];
}

export interface SpectrumSummary {
  /** `stopped`: the signal was aborted, and there are no spectra. */
  outcome: 'done' | 'stopped';
  images: number;
  places: Place[];
  spectra: Spectrum[];
  /** Null for a file that is not of a pretraining. */
  compared: Compared | null;
}

/** What a checkpoint's features tell without labels; null where there is nothing to measure. */
export interface ScoreSummary {
  /** `stopped`: the signal was aborted, and the scores say nothing. */
  outcome: 'done' | 'stopped';
  images: number;
  places: Place[];
  /** How many directions the features use: RankMe. */
  rankMe: number;
  /** How steeply their covariance's eigenvalues fall: i^−α. The best features have about 1. */
  alphaReq: number | null;
  /** In how many directions images differ more than views of one do; null where it was left out. */
  lidar: number | null;
}

/** A linear classifier on a checkpoint's features, and how it does on the validation images. */
export interface ProbeSummary {
  /** `stopped`: the signal was aborted, and there is no result. */
  outcome: 'done' | 'stopped';
  /** Where the training images are. */
  places: Place[];
  trainImages: number;
  valImages: number;
  classes: string[];
  result: ProbeResult | null;
}

export interface ProbeResult {
  /** Of the fit, as scikit-learn's C; and what else was tried on the part that was held out. */
  strength: number;
  tried: { strength: number; loss: number; top1: number }[];
  /** Percent. */
  top1: number;
  top5: number;
  /** The mean of the classes' own top-1. */
  meanPerClass: number;
  loss: number;
  /** Expected calibration error, 0 to 1. */
  calibrationError: number;
  /** How many images of the row's class were taken for the column's. */
  confusion: number[][];
  /** The commonest first, each with its most confident images. */
  mistakes: Mistake[];
  /** One JPEG with a square tile for each of their images, in rows of ⌈√images⌉. */
  thumbnails: Uint8Array | null;
}

/** The classes of images, by a checkpoint's classifier. */
export interface PredictSummary {
  /** `stopped`: the signal was aborted, and only the first images are there. */
  outcome: 'done' | 'stopped';
  /** All that there were to predict. */
  images: number;
  /** By name; by number where the checkpoint names none. */
  classes: string[];
  predictions: Prediction[];
}

export interface Prediction {
  path: string;
  /** The likeliest first; none of an image that cannot be read. */
  classes: { name: string; probability: number }[];
}

export interface Mistake {
  /** Indices into `classes`. */
  label: number;
  predicted: number;
  count: number;
  images: { path: string; confidence: number }[];
}

/** What a network makes of some images. Empty where it was stopped. */
export interface FeatureSet {
  outcome: 'done' | 'stopped';
  images: number;
  places: Place[];
  dim: number;
  /** images × dim, row by row. */
  features: Float32Array;
  /** Of each image, an index into `classes`; both are empty without labels. */
  labels: number[];
  classes: string[];
  /** Where each image lies, or what it is called. */
  paths: string[];
  /** One JPEG with a square tile for each image, in rows of ⌈√images⌉. */
  thumbnails: Uint8Array | null;
}

export interface FeatureMap {
  outcome: 'done' | 'stopped';
  images: number;
  places: Place[];
  /** Of each image, its place on the map. */
  points: [x: number, y: number][];
  labels: number[];
  classes: string[];
  paths: string[];
  /** One JPEG of square tiles, row by row. */
  thumbnails: { jpeg: Uint8Array; columns: number } | null;
}

export interface ExportSummary {
  output: string;
  format: ExportFormat;
  kind: CheckpointInfo['kind'];
  arch: string | null;
  /** Of a Vision Transformer, in pixels: its patches, and the images that it has positions for. */
  patchSize: number | null;
  imageSize: number | null;
  branch: Branch;
  /** Of the linear classifier that went along; null where there was none. */
  classes: number | null;
  /** A file with a JSON list of their names; null where the checkpoint has none. */
  names: string | null;
  keys: number;
  parameters: number;
}

export interface WeightsInfo {
  /** What the state dict lies below, such as `state_dict`; null where the file is one. */
  key: string | null;
  /** Other keys with tensors below them. */
  passedOver: string[];
  /** What stands before the names of the backbone, such as `module.encoder.`. */
  prefix: string;
  /** So many tensors belong to the online branch: backbone, projector or classifier. */
  taken: number;
  /** The names of the others. */
  left: string[];
}

export interface CheckpointInfo {
  format: 'torch' | 'safetensors';
  kind: 'simsiam' | 'lincls' | 'lightning' | 'moco' | 'torchvision' | 'timm' | 'other';
  /** As recorded, or told from the shapes. */
  arch: string | null;
  /** Told from the shapes. */
  stem: Stem | null;
  /** Of a Vision Transformer, in pixels; told from the shapes. */
  patchSize: number | null;
  /** With a backbone; `momentum` is BYOL's and MoCo's. */
  branches: Branch[];
  /** Which of its tensors are read as a network; null where there is no backbone. */
  weights: WeightsInfo | null;
  /** Features in, and out of each linear layer of the projector. */
  projector: number[] | null;
  /** Epochs completed. */
  epoch: number | null;
  /** Percent. */
  bestAcc1: number | null;
  /** What it keeps of the parameters: momentum, in so many tensors and bytes. */
  optimizer: { groups: number; lr: number | null; tensors: number; bytes: number } | null;
  /** Tensors, elements and bytes of the state dict. */
  keys: number;
  parameters: number;
  bytes: number;
  tensors: { name: string; shape: number[]; dtype: string }[];
  /** The options of the run that wrote the file; null for a checkpoint of another program. */
  rdm: Record<string, unknown> | null;
  /** What another program recorded, where it is plain. */
  configuration: Record<string, unknown> | null;
  /** What the pickle asks Python for. None of it was run. */
  globals: string[];
  /** Those that no checkpoint needs; `safe` where there are none. Loading the file is refused otherwise. */
  refused: string[];
  safe: boolean;
}

export interface Environment {
  version: string;
  libtorch: string;
  threads: number;
  /** The widest vector instructions that LibTorch uses here. */
  cpu: string;
  /** The CPU has instructions for bfloat16; others convert, and are slower with it. */
  bf16: boolean;
  cuda: {
    available: boolean;
    devices: number;
    /** The version that LibTorch was built for; null for a CPU build. */
    built: string | null;
    /** Why there is no device; null where there is one. `unused`: a GPU is there all the same. */
    missing: { reason: string; advice: string; unused: boolean } | null;
  };
  /** `jpegHuffman`: the codes of JPEGs are read by rdm's own look-up. */
  codecs: { jpeg: boolean; jpegHuffman: boolean; png: boolean; webp: boolean; tiff: boolean };
  /** What can talk between processes. */
  backends: { gloo: boolean; nccl: boolean };
}
