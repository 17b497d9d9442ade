// Measurements of a run over its epochs.
import { epochsAt } from '../run/history.js';
import type {
  EpochEvent,
  EvaluationEvent,
  KnnAccuracyEvent,
  RankEvent,
  ScoreEvent,
  StepEvent,
} from '../types/events.js';
import type { Run } from './runs.js';

/** How many epochs are done, and the value measured then. */
export type Point = [epochs: number, value: number];

export const trainSteps = (run: Run, value: (event: StepEvent) => number | undefined): Point[] =>
  points(run, (entry) =>
    entry.type === 'step' && entry.phase === 'train' ? value(entry) : undefined,
  );

export const ranks = (run: Run, value: (event: RankEvent) => number | undefined): Point[] =>
  points(run, (entry) => (entry.type === 'rank' ? value(entry) : undefined));

export const epochs = (run: Run, value: (event: EpochEvent) => number): Point[] =>
  points(run, (entry) => (entry.type === 'epoch' ? value(entry) : undefined));

export const evaluations = (run: Run, value: (event: EvaluationEvent) => number): Point[] =>
  points(run, (entry) => (entry.type === 'evaluation' ? value(entry) : undefined));

export const neighbours = (run: Run, value: (event: KnnAccuracyEvent) => number): Point[] =>
  points(run, (entry) => (entry.type === 'knn' ? value(entry) : undefined));

export const scores = (run: Run, value: (event: ScoreEvent) => number): Point[] =>
  points(run, (entry) => (entry.type === 'score' ? value(entry) : undefined));

type Entry = Run['entries'][number];

function points(run: Run, value: (entry: Entry) => number | undefined): Point[] {
  return run.entries.flatMap((entry): Point[] => {
    const found = value(entry);
    return Number.isFinite(found) ? [[epochsAt(entry, run.start), found as number]] : [];
  });
}

const mostDrawn = 600;

/** At most `mostDrawn` points: each the mean of as many neighbours as that takes. */
export function thinned(given: Point[]): Point[] {
  const each = Math.ceil(given.length / mostDrawn);
  if (each <= 1) return given;
  const groups = Array.from({ length: Math.ceil(given.length / each) }, (_, group) =>
    given.slice(group * each, (group + 1) * each),
  );
  return groups.map((group) => [group.at(-1)?.[0] ?? 0, mean(group.map(([, value]) => value))]);
}

const mostRows = 50;

/** Rows of a table over all series: the last epoch of a row, and each series's mean over the row's epochs. */
export function byEpoch(series: Point[][]): { epochs: number; values: (number | undefined)[] }[] {
  const last = Math.ceil(Math.max(0, ...series.map((of) => of.at(-1)?.[0] ?? 0)));
  const each = Math.max(Math.ceil(last / mostRows), 1);
  const inRows = series.map((of) => {
    const rows = new Map<number, number[]>();
    for (const [x, value] of of) {
      const row = Math.max(Math.ceil(x / each) - 1, 0);
      const inside = rows.get(row);
      if (inside) inside.push(value);
      else rows.set(row, [value]);
    }
    return rows;
  });
  return Array.from({ length: Math.ceil(last / each) }, (_, row) => ({
    epochs: Math.min((row + 1) * each, last),
    values: inRows.map((rows) => {
      const inside = rows.get(row);
      return inside && mean(inside);
    }),
  }));
}

export const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0);

export const mean = (values: number[]): number => sum(values) / values.length;
export const minimum = (values: number[]): number =>
  values.reduce((a, b) => Math.min(a, b), Infinity);
export const maximum = (values: number[]): number =>
  values.reduce((a, b) => Math.max(a, b), -Infinity);
