// A run with what it leaves: its folder, its log, its record, what is plotted.
import { existsSync, rmdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Job } from '../native/addon.js';
import type { ResolvedFinetune, ResolvedLincls, ResolvedPretrain } from '../options/runs.js';
import type { LinclsOptions } from '../options/types.js';
import type { Training } from '../types/choices.js';
import type { Control, Event, StartEvent } from '../types/events.js';
import type { Summary } from '../types/results.js';
import type { CommandLine } from './command-line.js';
import { appendEvent, tolerant } from './event-log.js';
import { perform } from './job.js';
import type { MlflowRun } from './mlflow.js';
import { claimOutput } from './occupied.js';
import { openRecord } from './record.js';
import { unusedGpu } from './unused-gpu.js';

type Resolved = ResolvedPretrain | ResolvedLincls | ResolvedFinetune;

export type OnEvent = (event: Event) => void;

/** The first of several processes alone reports events and keeps the log. */
export const reports = ({ process }: Pick<Resolved, 'process'>): boolean =>
  (process?.rank ?? 0) === 0;

/** Makes a run, and writes its files beside its checkpoints. `start` begins it. */
export async function train(
  command: Training,
  resolved: Resolved,
  {
    tensorboard,
    mlflow,
    overwrite = false,
  }: Pick<LinclsOptions, 'tensorboard' | 'mlflow' | 'overwrite'>,
  line: (seed: number) => CommandLine,
  { onEvent, signal }: Control,
  start: (onEvent: OnEvent) => Job<Summary>,
): Promise<Summary> {
  if (!reports(resolved)) return perform(start, { signal });
  const { output, data } = resolved;
  if (!('evaluate' in resolved && resolved.evaluate)) {
    claimOutput(command, { ...resolved, overwrite });
  }
  const plot = tensorboard ? await plotter(output) : undefined;
  const remote = mlflow
    ? await server(mlflow, output, line, (warning) => onEvent?.(warning))
    : undefined;
  const record = openRecord(output, data, line);
  const write = tolerant((warning) => onEvent?.(warning));
  const log = (event: Event) =>
    write(() => {
      appendEvent(output, event);
      plot?.(event);
      remote?.event(event);
      if (event.type === 'init') record.init(event);
      if (event.type === 'start') record.start(event);
    });
  const early: Event[] = []; // a run that is refused before it starts leaves no files
  let started = false;
  const logged = (event: Event) => {
    if (event.type === 'start') started = true;
    if (started) for (const each of [...early.splice(0), event]) log(each);
    else early.push(event);
    onEvent?.(event);
  };
  const newFolders = missing(resolve(output));
  let ended: Parameters<MlflowRun['end']>[0] = 'FAILED';
  try {
    const summary = await perform(
      (onEvent: OnEvent) => {
        unusedGpu(resolved).forEach(onEvent);
        return start(onEvent);
      },
      { onEvent: logged, signal },
    );
    early.splice(0).forEach(log);
    write(() => appendEvent(output, { type: 'summary', ...summary }));
    ended = summary.outcome === 'done' ? 'FINISHED' : 'KILLED';
    return summary;
  } catch (error) {
    removeEmpty(newFolders);
    throw error;
  } finally {
    await remote?.end(ended);
    await record.end(ended === 'FINISHED').catch((error) =>
      write(() => {
        throw error;
      }),
    );
  }
}

/** The folder and those above it that are not there yet, innermost first. */
function missing(folder: string): string[] {
  return existsSync(folder) ? [] : [folder, ...missing(dirname(folder))];
}

/** Removes them as far as nothing is in them. */
function removeEmpty(folders: string[]): void {
  try {
    for (const folder of folders) rmdirSync(folder);
  } catch {} // a folder with something in it stays, and so do those above
}

// The writer of protobufs loads only where it writes.
async function plotter(output: string): Promise<OnEvent> {
  const { openTensorBoard } = await import('./tensorboard.js');
  return openTensorBoard(output);
}

async function server(
  address: string,
  output: string,
  line: (seed: number) => CommandLine,
  onWarning: OnEvent,
): Promise<MlflowRun> {
  const { openMlflow } = await import('./mlflow.js');
  const params = ({ seed, libtorch, processes }: StartEvent) => {
    const { values, line: command } = line(seed);
    return { ...values, command, libtorch, processes };
  };
  return openMlflow(address, output, params, (reason) => {
    const message = `MLflow at ${address} does not get this run: ${reason}`;
    onWarning({ type: 'warning', code: 'not_logged', message });
  });
}
