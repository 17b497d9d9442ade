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

/** One line a run. */
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
 * Several lines a run: of one run they differ by colour; of several by dashes, and the colour is the run's.
 * What no run has takes no part in their names.
 */
export function lines(runs: Run[], kinds: Kind[]): Series[] {
  const found = kinds
    .map((kind) => ({ ...kind, of: runs.map(kind.points) }))
    .filter(({ of }) => of.some((points) => points.length > 0));
  const named = (run: Run, kind: string) => {
    if (runs.length === 1) return kind;
    return found.length === 1 ? run.name : `${run.name}, ${kind}`;
  };
  return runs.flatMap((run, index) =>
    found.map(({ name, of, style }, kind) => ({
      name: named(run, name),
      color: colorOf(runs.length === 1 ? kind : index),
      points: of[index] ?? [],
      dashed: runs.length > 1 && kind > 0,
      ...style,
    })),
  );
}

/** For a chart of one of the runs. */
export const titled = (title: string, runs: Run[], { name }: Run) =>
  runs.length === 1 ? title : `${title}: ${name}`;
