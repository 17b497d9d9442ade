// rdm pretrain's options: complete, then checked and under the addon's names.
import { RdmError } from '../base/errors.js';
import type { NativePretrainOptions } from '../native/addon.js';
import { methods, optimizers, pretrainSchedules } from '../types/choices.js';
import type { PretrainOptions } from '../types/options.js';
import { oneOf, probability, real, whole } from './checks.js';
import { resolveCommon } from './common.js';
import { methodDefaults, pretrainDefaults, withDefaults, withSizes } from './defaults.js';
import { resolvePredictor } from './predictor.js';
import { resolveViews } from './views.js';

export type CompletePretrain = ReturnType<typeof completePretrain>;

/** Every option there, under the library's names; unchecked but for the method. */
export function completePretrain(given: PretrainOptions) {
  const method = oneOf('method', given.method ?? pretrainDefaults.method, methods);
  const rankEvery = given.printFreq ?? pretrainDefaults.printFreq;
  const defaults = { ...pretrainDefaults, ...methodDefaults[method], rankEvery };
  return withSizes(withDefaults(defaults, given));
}

export function resolvePretrain(given: PretrainOptions): NativePretrainOptions {
  const options = completePretrain(given);
  return {
    ...resolveCommon(options),
    ...resolveNetworks(options),
    ...resolvePredictor(options.predictor),
    ...resolveOptimizer(options),
    ...resolveClassifiers(options),
    rankEvery: whole('--rank-every', options.rankEvery, 1),
    knnEvery: whole('--knn-every', options.knnEvery, 0),
    keep: whole('--keep', options.keep, 0),
    views: resolveViews(options),
  };
}

function resolveNetworks(options: CompletePretrain) {
  return {
    method: options.method,
    dim: whole('--dim', options.dim, 1),
    projHiddenDim: whole('--proj-hidden-dim', options.projHiddenDim, 0),
    predDim: whole('--pred-dim', options.predDim, 1),
    zeroInitResidual: options.zeroInitResidual,
    baseTau: probability('--base-tau', options.baseTau),
    finalTau: probability('--final-tau', options.finalTau),
  };
}

function resolveOptimizer(options: CompletePretrain) {
  return {
    optimizer: oneOf('optimizer', options.optimizer, optimizers),
    larsEta: real('--lars-eta', options.larsEta, 0),
    schedule: oneOf('schedule', options.schedule, pretrainSchedules),
    warmupEpochs: whole('--warmup-epochs', options.warmupEpochs, 0),
    warmupStartLr: real('--warmup-start-lr', options.warmupStartLr, 0),
    fixPredLr: options.fixPredLr,
    accumulate: whole('--accumulate', options.accumulate, 1),
  };
}

function resolveClassifiers({ method, ...options }: CompletePretrain) {
  const { onlineClassifier, momentumClassifier } = options;
  if (momentumClassifier && method !== 'byol') {
    throw new RdmError(
      'usage',
      `--momentum-classifier has nothing to look at: ${method} has no momentum network`,
      'leave it out, or take --method byol',
    );
  }
  if (momentumClassifier && !onlineClassifier) {
    throw new RdmError(
      'usage',
      '--momentum-classifier goes with the online classifier, which is off',
      'add --online-classifier, or leave --momentum-classifier out',
    );
  }
  return {
    onlineClassifier,
    classifierLr: real('--classifier-lr', options.classifierLr, 0),
    momentumClassifier,
  };
}
