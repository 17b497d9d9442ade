// The runs: each is one call and one promise, with events and an abort signal on the way.
import { takeRecorded } from './checkpoints.js';
import { toRdmError } from './errors.js';
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

/** Pretrains SimSiam or RDM_SimSiam on a folder of images; writes checkpoint_%04d.pth.tar. */
export async function pretrain(options: PretrainOptions, control: Control = {}): Promise<Summary> {
  const resolved = resolvePretrain(options);
  return run(resolved.output, control, (onEvent) => native().pretrain(resolved, onEvent));
}

/** Trains and evaluates a linear classifier on a frozen backbone; writes model_best.pth.tar. */
export async function lincls(options: LinclsOptions, control: Control = {}): Promise<Summary> {
  const { options: complete, recorded } = await rethrown(() => takeRecorded(options));
  const resolved = resolveLincls(complete);
  return run(resolved.output, control, (onEvent) => {
    if (recorded) onEvent(recorded);
    return native().lincls(resolved, onEvent);
  });
}

/** Writes a small learnable dataset of JPEGs: train/CLASS/*.jpg and val/CLASS/*.jpg. */
export async function synthesize(options: SynthesizeOptions): Promise<{ images: number }> {
  const resolved = resolveSynthesize(options);
  return rethrown(() => native().synthesize(resolved));
}

async function run(
  output: string,
  { onEvent, signal }: Control,
  start: (onEvent: (event: Event) => void) => Job,
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
  } catch (error) {
    throw toRdmError(error);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function rethrown<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    throw toRdmError(error);
  }
}
