// Runs one job under the command line: output, signals, exit code.
import type { Control } from '../../index.js';
import type { Output } from '../output/output.js';
import { catchSignals, exitCollapsed } from './signals.js';

export async function runJob<Reported, Result extends { outcome: 'done' | 'stopped' }>(
  output: Output<Reported, Result>,
  job: (control: Control<Reported>) => Promise<Result>,
  timeLimit?: number,
): Promise<void> {
  const note = (reason: string) => output.note(`stopping after this step; ${reason}`);
  const run = async (signal: AbortSignal) => {
    const result = await job({ onEvent: (event) => output.event(event), signal });
    output.finish(result);
    return result.outcome === 'stopped';
  };
  try {
    await untilSignal(note, run, timeLimit);
  } finally {
    output.close();
  }
}

/** Runs a job that a signal or the time limit (seconds) ends early; where it says that it was, the exit code tells which signal. */
export async function untilSignal(
  onFirst: (reason: string) => void,
  job: (signal: AbortSignal) => Promise<boolean>,
  timeLimit?: number,
): Promise<void> {
  const signals = catchSignals(onFirst, timeLimit);
  try {
    const stopped = await job(signals.aborted);
    if (stopped) process.exitCode = signals.exitCode() ?? exitCollapsed;
  } finally {
    signals.release();
  }
}
