// Several runs in one chart: which colours and dashes tell them apart.
import { type Axes, grey, lineFigure, type Series } from './figure.js';
import type { Run } from './runs.js';
import type { Point } from './series.js';

// Each stands out from white as from black by 3 : 1 or more.
const palette = [
  '#3b82f6',
  '#d97706',
  '#059669',
  '#a855f7',
  '#ef4444',
  '#0891b2',
  '#db2777',
  '#65803a',
];
export const colorOf = (index: number): string => palette[index % palette.length] ?? grey;

/** A chart with one line a run. */
export function single(
  id: string,
  title: string,
  caption: string,
  axes: Axes,
  runs: Run[],
  points: (run: Run) => Point[],
  style: Partial<Series> = {},
) {
  const series = runs.map((run, index) => ({
    name: run.name,
    color: colorOf(index),
    points: points(run),
    ...style,
  }));
  return lineFigure({ id, title, caption }, axes, series);
}

export interface Kind {
  name: string;
  points: (run: Run) => Point[];
  style?: Partial<Series>;
}

/**
 * Several lines a run. A single run's lines differ by colour; those of several runs by dashes, as the colour is the
 * run's. A kind that no run has is left out.
 */
export function lines(runs: Run[], kinds: Kind[]): Series[] {
  const found = kinds
    .map((kind) => ({ ...kind, of: runs.map(kind.points) }))
    .filter(({ of }) => of.some((points) => points.length > 0));
  const nameOf = (run: Run, kind: string) => {
    if (runs.length === 1) return kind;
    return found.length === 1 ? run.name : `${run.name}, ${kind}`;
  };
  return runs.flatMap((run, index) =>
    found.map(({ name, of, style }, kind) => ({
      name: nameOf(run, name),
      color: colorOf(runs.length === 1 ? kind : index),
      points: of[index] ?? [],
      dashed: runs.length > 1 && kind > 0,
      ...style,
    })),
  );
}

/** The title of a chart of one run among several. */
export const titled = (title: string, runs: Run[], { name }: Run) =>
  runs.length === 1 ? title : `${title}: ${name}`;
