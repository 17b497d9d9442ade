// Runs one job under the command line: output, signals, exit code.
import type { Control } from '../index.js';
import type { Output } from './output/output.js';
import { catchSignals } from './signals.js';

export async function runJob<Reported, Result extends { outcome: 'done' | 'stopped' }>(
  output: Output<Reported, Result>,
  job: (control: Control<Reported>) => Promise<Result>,
): Promise<void> {
  const note = () => output.note('stopping after this step; once more to leave at once');
  try {
    await untilSignal(note, async (signal) => {
      const result = await job({ onEvent: (event) => output.event(event), signal });
      output.finish(result);
      return result.outcome === 'stopped';
    });
  } finally {
    output.close();
  }
}

/** Runs a job that a signal ends early; where it says that it was, the exit code tells which signal. */
export async function untilSignal(
  onFirst: () => void,
  job: (signal: AbortSignal) => Promise<boolean>,
): Promise<void> {
  const signals = catchSignals(onFirst);
  try {
    const stopped = await job(signals.aborted);
    if (stopped) process.exitCode = signals.exitCode();
  } finally {
    signals.release();
  }
}
