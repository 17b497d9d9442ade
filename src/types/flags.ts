// Options under the names of the command line's flags, in camel case; recipes hold them too.
import type { LinclsOptions, PretrainOptions } from './options.js';

/** A predictor as flags, each of which may be left out. */
export interface PredictorFlags {
  predType?: string | undefined;
  predLocation?: string | undefined;
  sigma?: number | undefined;
  filterSource?: string | undefined;
  filterSolver?: string | undefined;
  keepNullSpace?: boolean | undefined;
}

interface Renamed {
  learningRate?: number | undefined;
}

export type PretrainFlags = Omit<PretrainOptions, 'data' | 'process' | 'lr' | 'predictor'> &
  Renamed &
  PredictorFlags;
export type LinclsFlags = Omit<LinclsOptions, 'data' | 'process' | 'lr'> & Renamed;
