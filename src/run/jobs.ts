// The runs: each is one call and one promise, with events and an abort signal on the way.
import { RdmError } from '../base/errors.js';
import { type Job, native, type Stoppable } from '../native/addon.js';
import { checkKeys } from '../options/keys.js';
import { resolveFeatures, resolveKnn, resolveScore, resolveSpectrum } from '../options/looking.js';
import {
  completePretrain,
  resolveFinetune,
  resolveLincls,
  resolvePretrain,
} from '../options/runs.js';
import type {
  FeatureOptions,
  FinetuneOptions,
  KnnOptions,
  LinclsOptions,
  PretrainOptions,
  ScoreOptions,
  SpectrumOptions,
} from '../options/types.js';
import { predictorMethods } from '../types/choices.js';
import type { Control, FeatureEvent, KnnEvent, StartEvent } from '../types/events.js';
import type {
  FeatureSet,
  KnnSummary,
  ScoreSummary,
  SpectrumSummary,
  Summary,
} from '../types/results.js';
import { inspectCheckpoint, type Told, takeOver } from './checkpoints.js';
import { finetuneLine, linclsLine, pretrainLine } from './command-line.js';
import { toldBefore } from './history.js';
import { perform } from './job.js';
import { type OnEvent, reports, train } from './training.js';
import { unusedGpu } from './unused-gpu.js';
import { type Start, withVerdicts } from './verdict.js';

/** Pretrains, by any of the methods, on images without labels; writes checkpoint_%04d.pth.tar. */
export async function pretrain(options: PretrainOptions, control: Control = {}): Promise<Summary> {
  checkKeys('pretrain', options, ['data', 'process', 'predictor']);
  const resolved = resolvePretrain(options);
  const { onCollapse, until } = completePretrain(options);
  const inStep = onCollapse === 'stop' || until > 0; // so that the run ends at the step that says so
  const { predType: type, predLocation: location, sigma } = resolved;
  const predictor = { type, location, ...(type === 'poly' && { sigma }) };
  const shown = predictorMethods.includes(resolved.method) || type !== 'mlp';
  const told = shown ? { predictor } : {};
  const start = (onEvent: OnEvent) =>
    native().pretrain(
      resolved,
      (event) => onEvent(event.type === 'start' ? { ...event, ...told } : event),
      inStep,
    );
  const line = (seed: number) => pretrainLine(options, seed);
  const before = (event: StartEvent) => toldBefore(resolved.output, event);
  const judged = withVerdicts(start, onCollapse, before);
  return train('pretrain', resolved, options, line, control, endingAfter(until, judged));
}

/**
 * --until: ends the run at the first step of the epoch after, when everything that belongs to the epochs before has been
 * told. In step with its events that is the same step every time. 0: at the end.
 */
function endingAfter(epochs: number, start: Start): Start {
  if (epochs === 0) return start;
  return (onEvent) => {
    let reached = false;
    const job = start((event) => {
      onEvent(event);
      if (event.type !== 'step' || event.phase !== 'train' || event.epoch < epochs) return;
      reached = true;
      job.stop();
    });
    return {
      ...job,
      done: job.done.then((summary) =>
        reached ? { ...summary, outcome: 'done' as const } : summary,
      ),
    };
  };
}

/** Trains and evaluates a linear classifier on a frozen backbone; writes model_best.pth.tar. */
export async function lincls(options: LinclsOptions, control: Control = {}): Promise<Summary> {
  checkKeys('lincls', options, ['data', 'process']);
  await refusePretraining(options.resume, (path) => `to train one on it: --pretrained ${path}`);
  const { options: complete, told } = await takeOver(
    options,
    options.pretrained || (options.resume === 'auto' ? '' : options.resume),
  );
  const resolved = resolveLincls(complete);
  const line = (seed: number) => linclsLine(complete, seed);
  return train('lincls', resolved, options, line, control, (onEvent) => {
    for (const event of told) onEvent(event);
    return native().lincls(resolved, onEvent);
  });
}

/** --resume of a pretraining checkpoint, where the one to begin with was meant. */
async function refusePretraining(
  checkpoint: string | undefined,
  whatToDo: (checkpoint: string) => string,
): Promise<void> {
  if (!checkpoint || checkpoint === 'auto') return;
  const { kind } = await inspectCheckpoint(checkpoint);
  if (kind !== 'simsiam') return;
  throw new RdmError(
    'bad_checkpoint',
    `${checkpoint} is of pretraining: it has no linear classifier to go on with`,
    whatToDo(checkpoint),
  );
}

/**
 * Trains a checkpoint's whole network with a new classifier, on few labels or on all, and evaluates it after every
 * epoch; writes model_best.pth.tar.
 */
export async function finetune(options: FinetuneOptions, control: Control = {}): Promise<Summary> {
  checkKeys('finetune', options, ['checkpoint', 'data', 'process']);
  await refusePretraining(options.resume, (path) => `to begin with it: rdm finetune ${path}`);
  const { options: complete, told } = await takeOver(options, options.checkpoint);
  const resolved = resolveFinetune(complete);
  const line = (seed: number) => finetuneLine(complete, seed);
  return train('finetune', resolved, options, line, control, (onEvent) => {
    for (const event of told)
      if (event.type === 'recorded' || !resolved.fromScratch) onEvent(event);
    return native().finetune(resolved, onEvent);
  });
}

/**
 * Classifies the validation images by the training images nearest to them in a backbone's features.
 * Progress counts images; nothing is trained, and only a list of bad images is written.
 */
export async function knn(
  options: KnnOptions,
  control: Control<KnnEvent> = {},
): Promise<KnnSummary> {
  checkKeys('knn', options, ['data', 'process']);
  const { options: complete, told } = await takeOver(options, options.pretrained);
  const resolved = resolveKnn(complete);
  const heard = reports(resolved) ? control : { signal: control.signal };
  return examine(resolved, told, heard, (onEvent) => native().knn(resolved, onEvent));
}

/** Singular values and effective ranks of a checkpoint's features on validation images, and what its method compares. */
export async function spectrum(
  options: SpectrumOptions,
  control: Control<FeatureEvent> = {},
): Promise<SpectrumSummary> {
  checkKeys('spectrum', options, ['checkpoint', 'data']);
  const { options: complete, told } = await takeOver(ofAll(options), options.checkpoint);
  const resolved = resolveSpectrum(complete);
  const found = await examine(resolved, told, control, (onEvent) =>
    native().spectrum(resolved, onEvent),
  );
  const { filter } = found.compared ?? {};
  if (filter) Object.assign(filter, { sigma: orNull(filter.sigma), fit: orNull(filter.fit) });
  return found;
}

/** A checkpoint's features of some validation images, as one matrix. */
export async function features(
  options: FeatureOptions,
  control: Control<FeatureEvent> = {},
): Promise<FeatureSet> {
  checkKeys('map', options, ['checkpoint', 'data']);
  const { options: complete, told } = await takeOver(ofAll(options), options.checkpoint);
  const resolved = resolveFeatures(complete);
  return examine(resolved, told, control, (onEvent) => native().features(resolved, onEvent));
}

/** RankMe, alpha-ReQ and LiDAR of a checkpoint's features. Progress counts views of images. */
export async function score(
  options: ScoreOptions,
  control: Control<FeatureEvent> = {},
): Promise<ScoreSummary> {
  checkKeys('score', options, ['checkpoint', 'data']);
  const { options: complete, told } = await takeOver(ofAll(options), options.checkpoint);
  const resolved = resolveScore(complete);
  const found = await examine(resolved, told, control, (onEvent) =>
    native().score(resolved, onEvent),
  );
  return { ...found, alphaReq: orNull(found.alphaReq), lidar: orNull(found.lidar) };
}

const orNull = (value: number | null) => (Number.isFinite(value) ? value : null);

/** How many of the training images a checkpoint took does not concern what is looked at. */
export const ofAll = <Options extends object>(options: Options) => ({
  ...options,
  imagesPerClass: 0,
  val: '',
});

/** A job that only looks at a checkpoint: it tells what it took over from it, and writes no events. */
export async function examine<Result extends { outcome: 'done' | 'stopped' }>(
  resolved: Parameters<typeof unusedGpu>[0],
  told: Told[],
  control: Control<FeatureEvent>,
  start: (onEvent: (event: FeatureEvent) => void) => Job<Stoppable<Result>>,
) {
  const { stopped, ...found } = await perform<FeatureEvent, Stoppable<Result>>((onEvent) => {
    unusedGpu(resolved).forEach(onEvent);
    for (const event of told) onEvent(event);
    return start(onEvent);
  }, control);
  return { outcome: stopped ? ('stopped' as const) : ('done' as const), ...found };
}
