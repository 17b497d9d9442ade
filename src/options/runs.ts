// The options of a run of pretrain, lincls or finetune: complete, then checked and under the addon's names.
import { RdmError } from '../base/errors.js';
import {
  filterMethods,
  type Method,
  momentumMethods,
  type Training,
  takesPatches,
} from '../types/choices.js';
import { check, seconds } from './check.js';
import { predictorFlags } from './flags.js';
import { resolveProcess, shared } from './process.js';
import { mayDiffer, sent, withImages } from './sent.js';
import { type Complete, complete } from './table/table.js';
import type { FinetuneOptions, LinclsOptions, PretrainOptions, ProcessOptions } from './types.js';
import { resolveViews } from './views.js';

/** Every option there, the predictor's as flags; unchecked. */
export function completePretrain({ predictor, ...given }: Omit<PretrainOptions, 'data'>) {
  return complete('pretrain', { ...given, ...predictorFlags(predictor) });
}

export const completeLincls = (given: LinclsOptions) => complete('lincls', given);
export const completeFinetune = (given: Omit<FinetuneOptions, 'checkpoint'>) =>
  complete('finetune', given);

export type ResolvedPretrain = ReturnType<typeof resolvePretrain>;
export type ResolvedLincls = ReturnType<typeof resolveLincls>;
export type ResolvedFinetune = ReturnType<typeof resolveFinetune>;

export function resolvePretrain(given: PretrainOptions) {
  const options = completePretrain(given);
  const found = sent('pretrain', options);
  checkPredictor(found);
  checkClassifiers(found);
  if (hasBatchNorms(options)) {
    checkBatch(
      options.batchSize,
      given.process,
      'take a larger batch; --accumulate adds the gradients of several, but not their statistics',
    );
  }
  checkWarmup(found);
  return { ...resolveRun('pretrain', given, options, found), ...resolveViews(options) };
}

export function resolveLincls(given: LinclsOptions) {
  const options = completeLincls(given);
  return resolveRun('lincls', given, options, sent('lincls', options));
}

export function resolveFinetune(given: FinetuneOptions) {
  const options = completeFinetune(given);
  const found = sent('finetune', options);
  if (!options.freezeBn && !takesPatches(options.arch)) {
    checkBatch(options.batchSize, given.process, 'take a larger batch, or --freeze-bn');
  }
  const checkpoint = check('the checkpoint', { kind: 'path' }, given.checkpoint) as string;
  return { ...resolveRun('finetune', given, options, found), checkpoint };
}

type Run = Complete<'pretrain'> | Complete<'lincls'> | Complete<'finetune'>;

function resolveRun<Found extends { cropSize: number; workers: number; batchSize: number }>(
  command: Training,
  { data, process }: Pick<LinclsOptions, 'data' | 'process'>,
  options: Run,
  found: Found,
) {
  checkRollback(options, process);
  const made = { ...resolveCadence(options.checkpointEvery), maxSteps: 0 };
  const run = withImages({ ...options, data, process }, found);
  return {
    ...run,
    ...made,
    process: resolveProcess({ process, device: options.device }),
    batchSize: shared(found.batchSize, { process }),
    // The data are the same where their listing is.
    mayDiffer: [...mayDiffer(command), ...Object.keys(made), 'data'],
  };
}

function checkRollback({ onDivergence }: Run, process: ProcessOptions | undefined): void {
  if (onDivergence !== 'rollback' || (process?.worldSize ?? 1) === 1) return;
  throw new RdmError(
    'usage',
    '--on-divergence rollback is for a single process, and several stop',
    'leave --on-divergence out',
  );
}

/** Of backbone or heads. */
export const hasBatchNorms = ({ arch, method }: Pick<Complete<'pretrain'>, 'arch' | 'method'>) =>
  !takesPatches(arch) || method !== 'dino';

/** Batch norms take their statistics over the images of all processes. */
function checkBatch(
  batchSize: number,
  process: ProcessOptions | undefined,
  whatToDo: string,
): void {
  if (batchSize > 1 || (process?.worldSize ?? 1) > 1) return;
  throw new RdmError(
    'usage',
    `--batch-size ${batchSize} is too small: batch norms need two images`,
    whatToDo,
  );
}

function checkWarmup({ headWarmupEpochs, epochs }: { headWarmupEpochs: number; epochs: number }) {
  if (headWarmupEpochs < epochs) return;
  throw new RdmError(
    'usage',
    `--head-warmup-epochs ${headWarmupEpochs} leaves the backbone none of ${epochs} epochs`,
    'it has to be below --epochs',
  );
}

/** Between two checkpoints in mid-epoch; 0: none. */
function resolveCadence(every: number | string) {
  const counted = typeof every === 'number' || /^\d+$/.test(every);
  return {
    checkpointSteps: counted ? Number(every) : 0,
    checkpointSeconds: counted ? 0 : seconds('--checkpoint-every', every),
  };
}

function checkClassifiers({
  method,
  onlineClassifier,
  momentumClassifier,
}: Pick<Complete<'pretrain'>, 'method' | 'onlineClassifier' | 'momentumClassifier'>): void {
  if (momentumClassifier && !momentumMethods.includes(method)) {
    throw new RdmError(
      'usage',
      `--momentum-classifier has nothing to look at: ${method} has no momentum network`,
      `leave it out, or take --method ${momentumMethods.join(' or ')}`,
    );
  }
  if (momentumClassifier && !onlineClassifier) {
    throw new RdmError(
      'usage',
      '--momentum-classifier goes with the online classifier, which is off',
      'add --online-classifier, or leave --momentum-classifier out',
    );
  }
}

/** Why a filter has no place in a method. */
const unfiltered: Partial<Record<Method, string>> = {
  swav: 'its branches differ by the assignment to prototypes, and it compares no features',
  barlow: 'its branches are to be alike, and its loss keeps the rank up',
  vicreg: 'its branches are to be alike, and its loss keeps the rank up',
};

/** A filter has a method, a branch and a shape that fit each other. */
function checkPredictor({
  method,
  predType,
  predLocation,
  filterSource,
}: Pick<Complete<'pretrain'>, 'method' | 'predType' | 'predLocation' | 'filterSource'>): void {
  if (unfiltered[method] && predType !== 'mlp') {
    throw new RdmError(
      'usage',
      `--pred-type ${predType} has no place in ${method}: ${unfiltered[method]}`,
      `leave it out, or take --method ${filterMethods.join(' or ')}`,
    );
  }
  if (method === 'dino' && predType !== 'mlp' && filterSource === 'online') {
    throw new RdmError(
      'usage',
      '--filter-source online has no place in dino: many crops predict one target, each with its own directions',
      'leave it out: the target is filtered by its own',
    );
  }
  if (predLocation !== 'target' || predType === 'poly') return;
  throw new RdmError(
    'usage',
    `the ${predType} predictor has no place on the target`,
    'on the target: poly with sigma < 0; on the online branch: mlp, poly, log, log_1, log_2',
  );
}
