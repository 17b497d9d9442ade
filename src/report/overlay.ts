// Several runs in one chart: which colours and dashes tell them apart.
import {
  type Axes,
  type Dash,
  type Figure,
  grey,
  lineFigure,
  type Panels,
  type Series,
  type Sign,
} from './figure.js';
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

/** One chart of a single run; of several a small one each, under one title. */
export function eachRun(
  { id, title, caption, key }: Omit<Panels, 'panels'>,
  runs: Run[],
  draw: (run: Run, head: Pick<Figure, 'id' | 'title' | 'caption'>) => Figure | undefined,
): Figure | Panels | undefined {
  const [only] = runs;
  if (runs.length === 1 && only) return draw(only, { id, title, caption });
  const panels = runs.flatMap((run, place) => {
    const { name } = run;
    const figure = draw(run, { id: `${id}-${place}`, title: `${title}: ${name}`, caption: '' });
    return figure ? [{ name, figure }] : [];
  });
  return panels.length === 0 ? undefined : { id, title, caption, key, panels };
}

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
  const { mark, ...alike } = style;
  const series = runs.map((run, index) => ({
    name: run.name,
    color: colorOf(index),
    points: points(run),
    ...alike,
    ...(index === 0 && mark && { mark }),
  }));
  return lineFigure({ id, title, caption }, axes, series, runsKey(runs));
}

/** More runs than there are colours are told apart by what one points at alone. */
const runsKey = (runs: Run[]): Sign[] =>
  runs.length > 1 && runs.length <= palette.length
    ? runs.map(({ name }, index) => ({ name, color: colorOf(index) }))
    : [];

/** Of the kinds of lines of several runs, in their order. */
const dashes: Dash[] = [undefined, [7, 4], [2, 3], [9, 3, 2, 3]];

export interface Kind {
  name: string;
  points: (run: Run) => Point[];
  style?: Partial<Series>;
}

/** A chart with several lines a run: those that `lines` makes. */
export function several(
  head: Pick<Figure, 'id' | 'title' | 'caption'>,
  axes: Axes,
  runs: Run[],
  kinds: Kind[],
) {
  return lineFigure(head, axes, lines(runs, kinds), keyOf(runs, kinds));
}

/** What the colours and dashes of `lines` stand for. */
export function keyOf(runs: Run[], kinds: Kind[]): Sign[] {
  const found = kinds.filter(({ points }) => runs.some((run) => points(run).length > 0));
  if (found.length < 2) return runsKey(runs);
  const signs = found.map(({ name }, kind) =>
    runs.length === 1 ? { name, color: colorOf(kind) } : { name, color: grey, dash: dashes[kind] },
  );
  return [...runsKey(runs), ...signs];
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
      dash: runs.length > 1 ? dashes[kind] : undefined,
      ...style,
    })),
  );
}
