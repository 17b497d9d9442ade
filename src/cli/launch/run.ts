// Runs a command's job, in this process or in those that it starts: output, signals, exit code.
import type { Control, ProcessOptions } from '../../index.js';
import type { ProcessFlags } from '../flags/flags.js';
import { describeResuming } from '../output/messages.js';
import type { Output } from '../output/output.js';
import { RankError } from './children.js';
import { launch, resuming } from './launch.js';
import { plan } from './plan.js';
import { catchSignals, exitCollapsed } from './signals.js';

/**
 * Runs the job here, alone or as one of several processes, or in processes that this one starts, with this command
 * line or another.
 */
export async function inProcesses(
  flags: ProcessFlags,
  job: (place: ProcessOptions | undefined) => Promise<void>,
  line?: string[],
): Promise<void> {
  const planned = plan(flags, process.env);
  if ('launch' in planned) {
    process.exitCode = await launch(planned.launch, line);
    return;
  }
  const place = planned.process;
  await job(place).catch((error: unknown) => {
    throw place ? new RankError(place, error) : error;
  });
}

interface Ended {
  outcome: 'done' | 'stopped';
  /** Of a run, where it has saved one. */
  checkpoint?: string | null;
}

/** Runs the job with this output; the first signal lets it finish its step and save. */
export async function runJob<Reported, Result extends Ended>(
  output: Output<Reported, Result>,
  job: (control: Control<Reported>) => Promise<Result>,
  timeLimit?: number,
): Promise<void> {
  const note = (reason: string) => output.note(`stopping after this step; ${reason}`);
  const run = async (signal: AbortSignal) => {
    const result = await job({ onEvent: (event) => output.event(event), signal });
    output.finish(result);
    const stopped = result.outcome === 'stopped';
    if (stopped && signal.aborted && result.checkpoint) output.note(describeResuming(resuming()));
    return stopped;
  };
  try {
    await untilSignal(note, run, timeLimit);
  } finally {
    output.close();
  }
}

/**
 * Runs a job that a signal or the time limit (seconds) may end early. The job says whether it was ended; then the
 * exit code tells by what.
 */
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
