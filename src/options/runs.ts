// The options of a run, rdm pretrain's and rdm lincls's: complete, then checked and under the addon's names.
import { RdmError } from '../base/errors.js';
import { seconds } from './check.js';
import { predictorFlags } from './flags.js';
import { checkPredictor } from './predictor.js';
import { resolveProcess, shared } from './process.js';
import { mayDiffer, sent, withImages } from './sent.js';
import { type Complete, complete } from './table/table.js';
import type { LinclsOptions, PretrainOptions, ProcessOptions } from './types.js';
import { resolveViews } from './views.js';

/** Every option there, the predictor's as flags; unchecked. */
export function completePretrain({ predictor, ...given }: Omit<PretrainOptions, 'data'>) {
  return complete('pretrain', { ...given, ...predictorFlags(predictor) });
}

export const completeLincls = (given: LinclsOptions) => complete('lincls', given);

export type ResolvedPretrain = ReturnType<typeof resolvePretrain>;
export type ResolvedLincls = ReturnType<typeof resolveLincls>;

export function resolvePretrain(given: PretrainOptions) {
  const options = completePretrain(given);
  const found = sent('pretrain', options);
  checkPredictor(found);
  checkClassifiers(found);
  checkBatch(options.batchSize, given.process);
  return { ...resolveRun('pretrain', given, options, found), views: resolveViews(options) };
}

export function resolveLincls(given: LinclsOptions) {
  const options = completeLincls(given);
  return resolveRun('lincls', given, options, sent('lincls', options));
}

type Run = Complete<'pretrain'> | Complete<'lincls'>;

function resolveRun<Found extends { cropSize: number; workers: number; batchSize: number }>(
  command: 'pretrain' | 'lincls',
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

/** The projector's batch norms take their statistics over the images of all processes. */
function checkBatch(batchSize: number, process: ProcessOptions | undefined): void {
  if (batchSize > 1 || (process?.worldSize ?? 1) > 1) return;
  throw new RdmError(
    'usage',
    `--batch-size ${batchSize} is too small: batch norms need two images`,
    'take a larger batch; --accumulate adds the gradients of several, but not their statistics',
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
}
