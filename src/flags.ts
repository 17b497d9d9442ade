// Options under the names of the command line's flags, which a recipe uses too, and back.
import type { LinclsOptions, Predictor, PretrainOptions } from './types.js';

/** A predictor as five flags, each of which may be left out. */
interface PredictorFlags {
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

export type PretrainFlags = Omit<PretrainOptions, 'data' | 'lr' | 'predictor'> &
  Renamed &
  PredictorFlags;
export type LinclsFlags = Omit<LinclsOptions, 'data' | 'lr'> & Renamed;

export function pretrainOptions({
  learningRate: lr,
  ...flags
}: PretrainFlags): Omit<PretrainOptions, 'data'> {
  const { predType, predLocation, sigma, filterSource, filterSolver, keepNullSpace, ...rest } =
    flags;
  const filter = { location: predLocation, sigma, source: filterSource, solver: filterSolver };
  const predictor = { type: predType, ...filter, keepNullSpace } as Predictor; // checked when it runs
  return { ...rest, lr, predictor: predType === undefined ? undefined : predictor };
}

export function linclsOptions({
  learningRate: lr,
  ...flags
}: LinclsFlags): Omit<LinclsOptions, 'data'> {
  return { ...flags, lr };
}
