// Runs one job under the command line: output, signals, exit code.
import type { Control, Summary } from '../index.js';
import { openOutput } from './output/open.js';
import { catchSignals } from './signals.js';

export async function runJob(
  json: boolean | undefined,
  job: (control: Control) => Promise<Summary>,
): Promise<void> {
  const output = await openOutput(json);
  const signals = catchSignals(() => {
    output.note('stopping after this step; once more to leave at once');
  });
  try {
    const summary = await job({ onEvent: (event) => output.event(event), signal: signals.aborted });
    output.finish(summary);
    if (summary.outcome === 'stopped') process.exitCode = signals.exitCode();
  } finally {
    output.close();
    signals.release();
  }
}
