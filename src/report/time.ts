// How fast a run is, and where its time goes: of one run epoch by epoch, of several side by side.
import { type Bars, type Figure, grey, shareFigure } from './figure.js';
import { colorOf, single } from './overlay.js';
import type { Run } from './runs.js';
import { sum, trainSteps } from './series.js';

export const timeFigures = (runs: Run[]): (Figure | undefined)[] => [
  speedFigure(runs),
  stepFigure(runs),
  loaderFigure(runs),
];

const speedFigure = (runs: Run[]) =>
  single(
    'speed',
    'Throughput',
    'Training images a second, each counted once however many views are made of it.',
    { values: 'images / s', includes: [0] },
    runs,
    (run) => trainSteps(run, ({ imagesPerSecond }) => imagesPerSecond),
  );

function stepFigure(runs: Run[]) {
  const { bars, of } = barsOf(runs, waits);
  return shareFigure(
    {
      id: 'step-time',
      title: 'Where a step’s time goes',
      caption: 'Much waiting for images? More workers help, or the fast decoding.',
    },
    bars,
    [
      { name: 'training', color: colorOf(0), values: of('training') },
      { name: 'waiting for images', color: colorOf(1), values: of('waiting') },
    ],
  );
}

function loaderFigure(runs: Run[]) {
  const { bars, of } = barsOf(runs, loads);
  return shareFigure(
    {
      id: 'loader-time',
      title: 'What the loader’s threads do',
      caption: 'All threads together. Idle ones wait for training: images come fast enough.',
    },
    bars,
    [
      { name: 'decode', color: colorOf(5), values: of('decode') },
      { name: 'augment', color: colorOf(3), values: of('augment') },
      { name: 'idle', color: grey, values: of('idle') },
    ],
  );
}

/** Seconds of an epoch, by what they were spent on. */
interface Spent<Name extends string> {
  epoch: number;
  seconds: Record<Name, number>;
}

const mostBars = 60;

function barsOf<Name extends string>(runs: Run[], spentBy: (run: Run) => Spent<Name>[]) {
  const [first] = runs;
  const bars =
    runs.length === 1 && first
      ? ofEpochs(spentBy(first))
      : runs.map((run) => ({ name: run.name, spent: spentBy(run) }));
  const shown = bars.filter(({ spent }) => spent.length > 0);
  return {
    bars: {
      of: runs.length === 1 ? 'epochs' : 'run',
      names: shown.map(({ name }) => name),
    } satisfies Bars,
    of: (part: Name) => shown.map(({ spent }) => sum(spent.map(({ seconds }) => seconds[part]))),
  };
}

/** A bar for each epoch, or for several where there are more than `mostBars`. */
function ofEpochs<Name extends string>(spent: Spent<Name>[]) {
  const each = Math.ceil(spent.length / mostBars);
  return Array.from({ length: Math.ceil(spent.length / (each || 1)) }, (_, bar) => {
    const part = spent.slice(bar * each, (bar + 1) * each);
    return { name: String((part.at(-1)?.epoch ?? 0) + 1), spent: part };
  });
}

/** Seconds of the reported steps, split into training and waiting for images. */
function waits(run: Run): Spent<'training' | 'waiting'>[] {
  const found = new Map<number, Spent<'training' | 'waiting'>>();
  for (const entry of run.entries) {
    if (entry.type !== 'step' || entry.phase !== 'train') continue;
    const { epoch, step, batchSeconds, dataSeconds } = entry;
    const waiting = dataSeconds.average * (step + 1);
    const training = batchSeconds.average * (step + 1) - waiting;
    found.set(epoch, { epoch, seconds: { training, waiting } }); // the last step's means are the epoch's
  }
  return [...found.values()];
}

const loads = (run: Run): Spent<'decode' | 'augment' | 'idle'>[] =>
  run.entries.flatMap((entry) =>
    entry.type === 'epoch' ? [{ epoch: entry.epoch, seconds: entry.loaderSeconds }] : [],
  );
