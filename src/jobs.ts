// The runs: each is one call and one promise, with events and an abort signal on the way.
import { takeRecorded } from './checkpoints.js';
import { appendEvent } from './event-log.js';
import { follow } from './follow.js';
import { type Job, type NativeKnnSummary, native } from './native.js';
import { resolveKnn } from './options/knn.js';
import { resolveLincls } from './options/lincls.js';
import { resolvePretrain } from './options/pretrain.js';
import type {
  Control,
  Event,
  KnnEvent,
  KnnOptions,
  KnnSummary,
  LinclsOptions,
  PretrainOptions,
  Summary,
} from './types.js';

type OnEvent = (event: Event) => void;

/** Pretrains SimSiam or BYOL, with a predictor or a filter, on a folder of images; writes checkpoint_%04d.pth.tar. */
export async function pretrain(options: PretrainOptions, control: Control = {}): Promise<Summary> {
  const resolved = resolvePretrain(options);
  return run(resolved.output, control, (onEvent) => native().pretrain(resolved, onEvent));
}

/** Trains and evaluates a linear classifier on a frozen backbone; writes model_best.pth.tar. */
export async function lincls(options: LinclsOptions, control: Control = {}): Promise<Summary> {
  const { options: complete, recorded } = await takeRecorded(
    options,
    options.pretrained || options.resume,
  );
  const resolved = resolveLincls(complete);
  return run(resolved.output, control, (onEvent) => {
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
  const { stopped, ...found } = await follow<KnnEvent, NativeKnnSummary>((onEvent) => {
    if (recorded) onEvent(recorded);
    return native().knn(resolved, onEvent);
  }, control);
  return { outcome: stopped ? 'stopped' : 'done', ...found };
}

async function run(
  output: string,
  { onEvent, signal }: Control,
  start: (onEvent: OnEvent) => Job<Summary>,
): Promise<Summary> {
  const logged = (event: Event) => {
    appendEvent(output, event);
    onEvent?.(event);
  };
  const summary = await follow(start, { onEvent: logged, signal });
  appendEvent(output, { type: 'summary', ...summary });
  return summary;
}
