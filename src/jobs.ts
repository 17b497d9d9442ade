// The runs: each is one call and one promise, with events and an abort signal on the way.
import { takeRecorded } from './checkpoints.js';
import { translated } from './errors.js';
import { appendEvent } from './event-log.js';
import { type Job, native } from './native.js';
import { resolveLincls, resolvePretrain, resolveSynthesize } from './options.js';
import type {
  Control,
  Event,
  LinclsOptions,
  PretrainOptions,
  Summary,
  SynthesizeOptions,
} from './types.js';

type OnEvent = (event: Event) => void;

/** Pretrains SimSiam or RDM_SimSiam on a folder of images; writes checkpoint_%04d.pth.tar. */
export async function pretrain(options: PretrainOptions, control: Control = {}): Promise<Summary> {
  const resolved = resolvePretrain(options);
  const start = (onEvent: OnEvent) => native().pretrain(resolved, onEvent);
  return translated(() => run(resolved.output, control, start));
}

/** Trains and evaluates a linear classifier on a frozen backbone; writes model_best.pth.tar. */
export async function lincls(options: LinclsOptions, control: Control = {}): Promise<Summary> {
  const { options: complete, recorded } = await takeRecorded(options);
  const resolved = resolveLincls(complete);
  const start = (onEvent: OnEvent) => {
    if (recorded) onEvent(recorded);
    return native().lincls(resolved, onEvent);
  };
  return translated(() => run(resolved.output, control, start));
}

/** Writes a small learnable dataset of JPEGs: train/CLASS/*.jpg and val/CLASS/*.jpg. */
export async function synthesize(options: SynthesizeOptions): Promise<{ images: number }> {
  const resolved = resolveSynthesize(options);
  return translated(() => native().synthesize(resolved));
}

async function run(
  output: string,
  { onEvent, signal }: Control,
  start: (onEvent: OnEvent) => Job,
): Promise<Summary> {
  let job: Job | undefined;
  let failure: { error: unknown } | undefined; // of events.jsonl or of the caller's onEvent
  const stop = () => job?.stop();
  const handle = (event: Event) => {
    if (failure) return;
    try {
      appendEvent(output, event);
      onEvent?.(event);
    } catch (error) {
      failure = { error };
      stop();
    }
  };
  try {
    job = start(handle);
    signal?.addEventListener('abort', stop, { once: true });
    if (failure || signal?.aborted) stop();
    const summary = await job.done;
    if (failure) throw failure.error;
    appendEvent(output, { type: 'summary', ...summary });
    return summary;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
