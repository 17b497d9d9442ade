// What stands between the branches: a filter has a branch and a shape that fit each other.
import { RdmError } from '../base/errors.js';
import {
  filterSolvers,
  filterSources,
  predictorLocations,
  predictorTypes,
} from '../types/choices.js';
import type { Predictor } from '../types/options.js';
import { oneOf, real } from './checks.js';
import { predictorDefaults as initial } from './defaults.js';

/** The loosest shape a predictor can have when it comes from a command line or from JavaScript. */
interface AnyPredictor {
  type: string;
  location?: string;
  sigma?: number;
  source?: string | undefined;
  keepNullSpace?: boolean | undefined;
  solver?: string | undefined;
}

export function resolvePredictor(given: Predictor) {
  const predictor: AnyPredictor = given;
  const { location = initial.predLocation, sigma = initial.sigma } = predictor;
  const type = oneOf('predictor type', predictor.type, predictorTypes);
  const predLocation = oneOf('predictor location', location, predictorLocations);
  if (predLocation === 'target' && type !== 'poly') {
    throw new RdmError(
      'usage',
      `the ${type} predictor has no place on the target`,
      'on the target: poly with sigma < 0; on the online branch: mlp, poly, log, log_1, log_2',
    );
  }
  return {
    predType: type,
    predLocation,
    sigma: real('--sigma', sigma),
    filterSource: oneOf('filter source', predictor.source ?? initial.filterSource, filterSources),
    filterSolver: oneOf('filter solver', predictor.solver ?? initial.filterSolver, filterSolvers),
    keepNullSpace: predictor.keepNullSpace ?? initial.keepNullSpace,
  };
}
