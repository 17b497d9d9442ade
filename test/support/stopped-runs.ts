// Runs that stop after some steps, and what they reported.
import { type Event, type PretrainOptions, pretrain, type Summary } from 'rdm-ssl';
import { dataset, quick } from './folders.js';

/** Of all runs of a test file. */
export const data = await dataset();

export const common = { batchSize: 16, printFreq: 1, workers: 2, seed: 3, device: 'cpu' } as const;

type Network = Pick<PretrainOptions, 'arch' | 'cropSize' | 'patchSize'>;
export const resnet: Network = { arch: 'resnet18', cropSize: 32 };

export const options = (output: string, network: Network = quick): PretrainOptions => ({
  ...network,
  ...{ data, output, dim: 64, predDim: 32, epochs: 2 },
  ...common,
});

export type Run = (resume: string, output: string, steps?: number) => Promise<Summary & Told>;
export interface Told {
  events: Event[];
}

/** Collects a run's events; with `steps`, aborts once so many steps of training were reported. */
export async function told(
  start: (control: { onEvent: (event: Event) => void; signal: AbortSignal }) => Promise<Summary>,
  steps = Infinity,
): Promise<Summary & Told> {
  const controller = new AbortController();
  const events: Event[] = [];
  let seen = 0;
  const onEvent = (event: Event) => {
    events.push(event);
    if (event.type === 'step' && event.phase === 'train' && ++seen >= steps) controller.abort();
  };
  return { ...(await start({ onEvent, signal: controller.signal })), events };
}

export const runPretrain =
  (extra: Partial<PretrainOptions>, network: Network = quick): Run =>
  (resume, output, steps) =>
    told((control) => pretrain({ ...options(output, network), ...extra, resume }, control), steps);
