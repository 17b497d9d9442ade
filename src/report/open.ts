// Runs that were made, and those that go on: a report, a live page. What draws them loads on first use.
import type { Control } from '../types/events.js';
import type { ReportOptions, WatchOptions } from '../types/report.js';
import type { Summary } from '../types/results.js';

/** Writes a report on the runs in these folders, side by side; returns the files. Rejects with `bad_run`. */
export async function report(runs: string[], options: ReportOptions): Promise<string[]> {
  const { writeReport } = await import('./write.js');
  return writeReport(runs, options);
}

/** Serves a live page of the run in this folder until the signal is aborted. Rejects with `bad_run`. */
export async function watch(run: string, options: WatchOptions = {}): Promise<void> {
  const { serveRun } = await import('./server.js');
  return serveRun(run, options);
}

/**
 * Reports the events of the run in this folder, those that were and those that come, until it ends;
 * undefined where the signal is aborted before. Rejects with `bad_run`.
 */
export async function followRun(run: string, control: Control = {}): Promise<Summary | undefined> {
  const { followLog } = await import('./follow.js');
  return followLog(run, control);
}
