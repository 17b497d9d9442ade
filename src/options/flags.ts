// Flags to options and back: a rate has another name, and a predictor is one value.

import type { LinclsFlags, PredictorFlags, PretrainFlags } from '../types/flags.js';
import type { LinclsOptions, Predictor, PretrainOptions } from '../types/options.js';
import { predictorDefaults } from './defaults.js';

export function pretrainOptions({
  learningRate: lr,
  ...flags
}: PretrainFlags): Omit<PretrainOptions, 'data'> {
  const { predType, predLocation, sigma, filterSource, filterSolver, keepNullSpace, ...rest } =
    flags;
  const given = { predType, predLocation, sigma, filterSource, filterSolver, keepNullSpace };
  return { ...rest, lr, predictor: predictor(given) };
}

export function linclsOptions({
  learningRate: lr,
  ...flags
}: LinclsFlags): Omit<LinclsOptions, 'data'> {
  return { ...flags, lr };
}

export function pretrainFlags({
  lr,
  predictor: given,
  ...options
}: Omit<PretrainOptions, 'data'>): PretrainFlags {
  const { type, location, source, solver, ...filter } = { ...given } as AnyPredictor;
  const names = { predType: type, predLocation: location, filterSource: source };
  return { ...options, learningRate: lr, ...names, filterSolver: solver, ...filter };
}

export function linclsFlags({ lr, ...options }: Omit<LinclsOptions, 'data'>): LinclsFlags {
  return { ...options, learningRate: lr };
}

type AnyPredictor = Partial<Record<'type' | 'location' | 'source' | 'solver', string>> &
  Pick<PredictorFlags, 'sigma' | 'keepNullSpace'>;

/** One value for the six flags, unchecked; undefined where none is given. */
function predictor(flags: PredictorFlags): Predictor | undefined {
  if (Object.values(flags).every((value) => value === undefined)) return undefined;
  const {
    predType = predictorDefaults.predType,
    predLocation,
    filterSource,
    filterSolver,
    ...filter
  } = flags;
  const names = { location: predLocation, source: filterSource, solver: filterSolver };
  return { type: predType, ...names, ...filter } as Predictor;
}
