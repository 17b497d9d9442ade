// The runs: each is one call and one promise, with events and an abort signal on the way.

import { type Job, type NativeCommon, native, type Stoppable } from '../native/addon.js';
import { oneOf } from '../options/checks.js';
import { pretrainDefaults } from '../options/defaults.js';
import { resolveFeatures, resolveSpectrum } from '../options/features.js';
import { resolveKnn } from '../options/knn.js';
import { resolveLincls } from '../options/lincls.js';
import { resolvePretrain } from '../options/pretrain.js';
import { collapseActions } from '../types/choices.js';
import type { Control, Event, FeatureEvent, KnnEvent, RecordedEvent } from '../types/events.js';
import type {
  CommonOptions,
  FeatureOptions,
  KnnOptions,
  LinclsOptions,
  PretrainOptions,
  SpectrumOptions,
} from '../types/options.js';
import type { FeatureSet, KnnSummary, SpectrumSummary, Summary } from '../types/results.js';
import { takeRecorded } from './checkpoints.js';
import { type CommandLine, linclsLine, pretrainLine } from './command-line.js';
import { appendEvent, tolerant } from './event-log.js';
import { follow } from './follow.js';
import { judged } from './judged.js';
import { openRecord } from './record.js';

/** Of several processes the first alone reports events and keeps the log. */
const reports = ({ process }: Pick<NativeCommon, 'process'>) => (process?.rank ?? 0) === 0;

type OnEvent = (event: Event) => void;

/** Pretrains SimSiam or BYOL, with a predictor or a filter, on a folder of images; writes checkpoint_%04d.pth.tar. */
export async function pretrain(options: PretrainOptions, control: Control = {}): Promise<Summary> {
  const resolved = resolvePretrain(options);
  const { onCollapse = pretrainDefaults.onCollapse } = options;
  const action = oneOf('action on a collapse', onCollapse, collapseActions);
  const start = (onEvent: OnEvent) => native().pretrain(resolved, onEvent);
  const line = (seed: number) => pretrainLine(options, seed);
  return run(resolved, options, line, control, judged(start, action));
}

/** Trains and evaluates a linear classifier on a frozen backbone; writes model_best.pth.tar. */
export async function lincls(options: LinclsOptions, control: Control = {}): Promise<Summary> {
  const { options: complete, recorded } = await takeRecorded(
    options,
    options.pretrained || (options.resume === 'auto' ? '' : options.resume),
  );
  const resolved = resolveLincls(complete);
  const line = (seed: number) => linclsLine(complete, seed);
  return run(resolved, options, line, control, (onEvent) => {
    if (recorded) onEvent(recorded);
    return native().lincls(resolved, onEvent);
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
  const { options: complete, recorded } = await takeRecorded(options, options.pretrained);
  const resolved = resolveKnn(complete);
  const heard = reports(resolved) ? control : { signal: control.signal };
  return judge(recorded, heard, (onEvent) => native().knn(resolved, onEvent));
}

/** Singular values and effective ranks of a checkpoint's features on validation images. */
export async function spectrum(
  options: SpectrumOptions,
  control: Control<FeatureEvent> = {},
): Promise<SpectrumSummary> {
  const { options: complete, recorded } = await takeRecorded(ofAll(options), options.checkpoint);
  const resolved = resolveSpectrum(complete);
  return judge(recorded, control, (onEvent) => native().spectrum(resolved, onEvent));
}

/** A checkpoint's features of some validation images, as one matrix. */
export async function features(
  options: FeatureOptions,
  control: Control<FeatureEvent> = {},
): Promise<FeatureSet> {
  const { options: complete, recorded } = await takeRecorded(ofAll(options), options.checkpoint);
  const resolved = resolveFeatures(complete);
  return judge(recorded, control, (onEvent) => native().features(resolved, onEvent));
}

/** What a record says of the training images does not concern the validation images. */
const ofAll = <Options extends object>(options: Options) => ({ ...options, imagesPerClass: 0 });

/** A job that only looks: it tells what it took from the record, and writes no events. */
async function judge<Result extends { outcome: 'done' | 'stopped' }>(
  recorded: RecordedEvent | undefined,
  control: Control<FeatureEvent>,
  start: (onEvent: (event: FeatureEvent) => void) => Job<Stoppable<Result>>,
) {
  const { stopped, ...found } = await follow<FeatureEvent, Stoppable<Result>>((onEvent) => {
    if (recorded) onEvent(recorded);
    return start(onEvent);
  }, control);
  return { outcome: stopped ? ('stopped' as const) : ('done' as const), ...found };
}

async function run(
  resolved: NativeCommon,
  { tensorboard }: CommonOptions,
  line: (seed: number) => CommandLine,
  { onEvent, signal }: Control,
  start: (onEvent: OnEvent) => Job<Summary>,
): Promise<Summary> {
  if (!reports(resolved)) return follow(start, { signal });
  const { output, data } = resolved;
  const plot = tensorboard ? await plotter(output) : undefined;
  const record = openRecord(output, data, line);
  const write = tolerant((warning) => onEvent?.(warning));
  const logged = (event: Event) => {
    write(() => {
      appendEvent(output, event);
      plot?.(event);
      if (event.type === 'start') record.start(event);
    });
    onEvent?.(event);
  };
  let done = false;
  try {
    const summary = await follow(start, { onEvent: logged, signal });
    write(() => appendEvent(output, { type: 'summary', ...summary }));
    done = summary.outcome === 'done';
    return summary;
  } finally {
    await record.end(done).catch((error) =>
      write(() => {
        throw error;
      }),
    );
  }
}

// The writer of protobufs loads only where it writes.
async function plotter(output: string): Promise<OnEvent> {
  const { openTensorBoard } = await import('./tensorboard.js');
  return openTensorBoard(output);
}
