// What the library's jobs take. Plain values only; flags' rows in the table have their documentation.
import type {
  Backend,
  Branch,
  ExportFormat,
  FilterSolver,
  FilterSource,
  Training,
} from '../types/choices.js';
import type { Places } from './check.js';
import type { predictor } from './table/model.js';
import type { FlagsOf, OptionsOf } from './table/table.js';

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

/** A predictor as flags, each of which may be left out. */
export type PredictorFlags = Pick<OptionsOf<'pretrain'>, keyof typeof predictor.rows>;

export interface PretrainOptions
  extends Omit<OptionsOf<'pretrain'>, keyof PredictorFlags>,
    Distributed {
  /** Where the images are: folders, lists (.txt) or tables (.csv) of them, shards (.tar); docs/datasets.md has every layout. */
  data: Places;
  predictor?: Predictor | undefined;
}

export interface LinclsOptions extends OptionsOf<'lincls'>, Distributed {
  /** As of pretraining; where left out, what the checkpoint records. */
  data?: Places | undefined;
}

/** A checkpoint's whole network, with a new classifier. */
export interface FinetuneOptions extends OptionsOf<'finetune'>, Distributed {
  /** Any weights that can be read. */
  checkpoint: string;
  /** As of pretraining; where left out, what the checkpoint records. */
  data?: Places | undefined;
}

export interface KnnOptions extends OptionsOf<'knn'>, Distributed {
  /** As of pretraining; where left out, what the checkpoint records. */
  data?: Places | undefined;
}

/** The validation images through a checkpoint's networks. */
export interface SpectrumOptions extends OptionsOf<'spectrum'> {
  checkpoint: string;
  /** As of pretraining; where left out, what the checkpoint records. */
  data?: Places | undefined;
}

/** Several checkpoints on the same images. */
export interface CompareOptions extends OptionsOf<'compare'> {
  /** Of pretraining by rdm. */
  checkpoints: string[];
  /** As of pretraining; where left out, what each checkpoint records. */
  data?: Places | undefined;
}

/** The validation images through a checkpoint's networks. */
export interface ScoreOptions extends OptionsOf<'score'> {
  checkpoint: string;
  /** As of pretraining; where left out, what the checkpoint records. */
  data?: Places | undefined;
}

/** A classifier on a checkpoint's features. */
export interface ProbeOptions extends OptionsOf<'probe'> {
  checkpoint: string;
  /** As of pretraining; where left out, what the checkpoint records. */
  data?: Places | undefined;
}

/** The classes of images, by a checkpoint with a classifier. */
export interface PredictOptions extends OptionsOf<'predict'> {
  /** Of lincls, of finetune, of probe with `save`, or another library's with its classifier. */
  checkpoint: string;
  /** As of pretraining, or image files; where left out, what the checkpoint records. */
  data?: Places | undefined;
}

/** A map of features: those that a checkpoint makes of images, or of a file. */
export interface MapOptions extends OptionsOf<'map'> {
  /** As of pretraining; where left out, what the checkpoint records. */
  data?: Places | undefined;
}

export interface FeatureOptions
  extends Omit<MapOptions, 'neighbours' | 'minDist' | 'seed' | 'in' | 'pretrained'> {
  checkpoint: string;
}

export interface EmbedOptions extends OptionsOf<'embed'> {
  /** The file of the vectors: .npy, .parquet, .safetensors or .csv. */
  output: string;
  pretrained: string;
  /** As of pretraining; where left out, what the checkpoint records. */
  data?: Places | undefined;
}

/** What a picture that is looked for in vectors goes through. */
export type VectorOptions = OptionsOf<'search'>;

export interface ExportOptions extends OptionsOf<'export'> {
  checkpoint: string;
  output: string;
  format: ExportFormat;
  branch?: Branch | undefined;
}

export interface SynthesizeOptions extends OptionsOf<'data synthesize'> {
  output: string;
}

export interface PackOptions extends OptionsOf<'data pack'> {
  /** As of pretraining, or the parquet files of a dataset of Hugging Face: one, or the folder that they lie in. */
  data: Places;
  /** A new or empty folder. */
  output: string;
}

export interface CheckOptions extends OptionsOf<'data check'> {
  /** As of pretraining. */
  data: Places;
}

export interface StatsOptions extends OptionsOf<'data stats'> {
  /** As of pretraining. */
  data: Places;
}

/** Options under the names of the command line's flags, in camel case; recipes hold them too. */
export type PretrainFlags = Flags<'pretrain'>;
export type LinclsFlags = Flags<'lincls'>;
export type FinetuneFlags = Flags<'finetune'>;

type Flags<Name extends Training> = Pick<
  FlagsOf<Name>,
  Exclude<keyof OptionsOf<Name>, 'lr' | 'valBatchSize'> & keyof FlagsOf<Name>
> & { learningRate?: number | undefined };
