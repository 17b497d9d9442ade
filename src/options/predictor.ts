// What stands between the branches: a filter has a branch and a shape that fit each other.
import { RdmError } from '../base/errors.js';

export function checkPredictor({
  predType,
  predLocation,
}: {
  predType: string;
  predLocation: string;
}): void {
  if (predLocation !== 'target' || predType === 'poly') return;
  throw new RdmError(
    'usage',
    `the ${predType} predictor has no place on the target`,
    'on the target: poly with sigma < 0; on the online branch: mlp, poly, log, log_1, log_2',
  );
}
