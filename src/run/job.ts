// One job of the addon: its events, its stop, its promise.
import { translated } from '../base/errors.js';
import type { Job } from '../native/addon.js';
import type { Control } from '../types/events.js';

/**
 * Starts the job and settles with it. Aborting asks it to stop; so does an error of the caller's onEvent, which is
 * then thrown.
 */
export function perform<Reported, Result>(
  start: (onEvent: (event: Reported) => void) => Job<Result>,
  { onEvent, signal }: Control<Reported>,
): Promise<Result> {
  let job: Job<Result> | undefined;
  let failure: { error: unknown } | undefined;
  const stop = () => job?.stop();
  const end = () => job?.end();
  const handle = (event: Reported) => {
    if (failure) return;
    try {
      onEvent?.(event);
    } catch (error) {
      failure = { error };
      stop();
    }
  };
  return translated(async () => {
    try {
      job = start(handle);
      process.once('exit', end);
      signal?.addEventListener('abort', stop, { once: true });
      if (failure || signal?.aborted) stop();
      const result = await job.done;
      if (failure) throw failure.error;
      return result;
    } finally {
      process.off('exit', end);
      signal?.removeEventListener('abort', stop);
    }
  });
}
