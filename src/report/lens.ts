// Both branches and what stands between them over a run: heat maps of --lens-every, and the power that fits the filter.

import { epochsAt } from '../run/history.js';
import type { LensEvent } from '../types/events.js';
import type { Figure, Panels } from './figure.js';
import { type Column, heatFigure, type Scale } from './heat.js';
import { eachRun, single } from './overlay.js';
import type { Run } from './runs.js';
import { maximum, type Point } from './series.js';

export function lensFigures(runs: Run[]): (Figure | Panels | undefined)[] {
  const seen = runs.filter((run) => looksOf(run).length > 0);
  if (seen.length === 0) return [];
  const branch = (name: 'online' | 'target') =>
    heatMaps(
      seen,
      {
        id: `lens-${name}`,
        title: `Singular values of the ${name} branch`,
        caption: `Of what the loss aligns, on held-out images: each direction’s share of the largest, on a logarithmic scale. A branch that uses few directions is dark above.`,
      },
      decades,
      (event) => sharesOf(event.branches.find((one) => one.branch === name)?.singularValues),
    );
  return [
    branch('online'),
    branch('target'),
    heatMaps(
      seen,
      {
        id: 'lens-filter',
        title: 'What stands between, as a filter',
        caption:
          'How much of each direction of its input it lets through, as a share of the most, on a logarithmic scale: dark above lets the large directions pass, dark below the small ones. What it turns round stays empty.',
      },
      decades,
      ({ filter }) => sharesOf(filter?.gain),
    ),
    heatMaps(
      seen,
      {
        id: 'lens-alignment',
        title: 'Alignment of the directions',
        caption:
          'Cosine between the branches’ directions of the same number: 1 where both see the same in the same order.',
      },
      { from: 0, to: 1, shown: (value) => value.toFixed(2) },
      ({ alignment }) => alignment,
    ),
    single(
      'lens-sigma',
      'Power of the filter',
      'The power of the singular values that fits the filter best: below 0 it lifts the small directions, above 0 the large ones.',
      { values: 'σ', includes: [0] },
      seen,
      (run) =>
        looksOf(run).flatMap(({ epochs, event }): Point[] => {
          const sigma = event.filter?.sigma;
          return typeof sigma === 'number' && Number.isFinite(sigma) ? [[epochs, sigma]] : [];
        }),
      { dots: true, mark: { at: 0 } },
    ),
  ];
}

interface Look {
  epochs: number;
  event: LensEvent;
}

const looksOf = (run: Run): Look[] =>
  run.entries.flatMap((entry) =>
    entry.type === 'lens' ? [{ epochs: epochsAt(entry, run.start), event: entry }] : [],
  );

/** Decimal logarithms of shares. */
const decades: Scale = { from: -3, to: 0, shown: (value) => (10 ** value).toPrecision(2) };

/** Of the largest, as decimal logarithms; what is not above zero has none. */
function sharesOf(values: number[] = []): (number | undefined)[] {
  const most = maximum(values);
  return values.map((value) => (value > 0 ? Math.log10(value / most) : undefined));
}

function heatMaps(
  runs: Run[],
  head: Pick<Figure, 'id' | 'title' | 'caption'>,
  scale: Scale,
  values: (event: LensEvent) => (number | undefined)[],
): Figure | Panels | undefined {
  const columnsOf = (run: Run): Column[] =>
    looksOf(run).map(({ epochs, event }) => ({ epochs, values: values(event) }));
  const directionsOf = (run: Run) =>
    looksOf(run).reduce<number[]>(
      (most, { event }) => (event.directions.length > most.length ? event.directions : most),
      [],
    );
  const [first] = runs;
  const key = first
    ? (heatFigure(head, directionsOf(first), columnsOf(first), scale)?.key ?? [])
    : [];
  return eachRun({ ...head, key }, runs, (run, own) =>
    heatFigure(own, directionsOf(run), columnsOf(run), scale),
  );
}
