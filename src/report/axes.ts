// What sets runs apart against what came of it: each option in which they differ, and each measure.
import { escaped } from '../base/markup.js';
import { attribute } from '../options/table/row.js';
import { optionsOf } from '../options/table/table.js';
import { trainings } from '../types/choices.js';
import { below, common, type Figure, grey, number, type Panels, tooltip } from './figure.js';
import { type Measure, measures } from './measures.js';
import { colorOf } from './overlay.js';
import type { Run } from './runs.js';

/** Of fewer a table says as much. */
const leastRuns = 3;
/** Of the axes of one chart; more are those of runs that have nothing to do with each other. */
const mostAxes = 8;

interface Axis {
  name: string;
  /** One for each run; undefined where it has none. */
  values: (number | string | undefined)[];
}

export function axisFigures(runs: Run[]): (Figure | Panels)[] {
  const axes = differing(runs);
  if (runs.length < leastRuns || axes.length === 0 || axes.length > mostAxes) return [];
  const found = measures.flatMap((measure): Measured[] => {
    const values = runs.map((run) => measure.of(run));
    return values.filter((value) => value !== undefined).length < 2 ? [] : [{ measure, values }];
  });
  if (found.length === 0) return [];
  return [
    parallelFigure(runs, [
      ...axes,
      ...found.map(({ measure, values }) => ({ name: measure.title, values })),
    ]),
    ...axes.map((axis, place) => panelsOf(axis, place, found, runs)),
  ];
}

/** The options in which the runs differ, of those that change a result; numbers as such. */
function differing(runs: Run[]): Axis[] {
  const options = runs.map(({ records }) => records.at(-1)?.options ?? {});
  return differingOptions(options).map((name) => ({
    name,
    values: options.map((of) => plain(of[name])),
  }));
}

/** Of the options of some runs, the names of those that differ and change a result. */
export function differingOptions(options: Record<string, unknown>[]): string[] {
  const names = new Set(options.flatMap((of) => Object.keys(of)));
  for (const { row } of trainings.flatMap(optionsOf)) {
    if (row.resume === 'may differ') names.delete(attribute(row));
  }
  const texts = (name: string) => new Set(options.map((of) => String(of[name] ?? '')));
  return [...names].filter((name) => texts(name).size > 1);
}

function plain(value: unknown): number | string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' ? value : String(value);
}

/** Where an axis has a value, from 0 to 1; texts in the order of their first runs. */
function placeOn({ values }: Axis): (value: number | string | undefined) => number | undefined {
  const present = values.filter((value) => value !== undefined);
  const numbers = present.filter((value) => typeof value === 'number');
  if (numbers.length === present.length) {
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    return (value) =>
      typeof value === 'number' ? (value - least) / (most - least || 1) : undefined;
  }
  const texts = [...new Set(present.map(String))];
  return (value) =>
    value === undefined ? undefined : texts.indexOf(String(value)) / Math.max(texts.length - 1, 1);
}

const shown = (value: number | string | undefined) =>
  typeof value === 'number' ? number(value) : (value ?? '');

/** Below an axis: what it is, and from where to where. */
function labelOf({ name, values }: Axis): string {
  const present = values.filter((value) => value !== undefined);
  const place = placeOn({ name, values });
  const at = (end: number) => shown(present.find((value) => place(value) === end));
  return `${name}\n${at(0)} … ${at(1)}`;
}

/** A line a run, through its values on axes that stand beside each other, each on its own scale. */
function parallelFigure(runs: Run[], axes: Axis[]): Figure {
  const places = axes.map(placeOn);
  return {
    id: 'parallel',
    title: 'Every run, through all of its values',
    caption:
      'A line a run: the options in which the runs differ, then what was measured, each from its least to its largest value.',
    alternative: `${runs.length} runs, by ${axes.map(({ name }) => name).join(', ')}.`,
    option: {
      ...common,
      grid: { left: 60, right: 70, top: 20, bottom: 60 },
      tooltip: { ...tooltip, trigger: 'item' },
      xAxis: {
        type: 'category',
        data: axes.map(labelOf),
        boundaryGap: false,
        axisLabel: { interval: 0, lineHeight: 15, margin: 10 },
        splitLine: { show: true },
      },
      yAxis: { type: 'value', min: 0, max: 1, show: false },
      series: runs.map(({ name }, run) => ({
        type: 'line',
        name,
        data: axes.map(({ values }, axis) => places[axis]?.(values[run]) ?? null),
        connectNulls: true,
        symbol: 'circle',
        symbolSize: 7,
        lineStyle: { color: colorOf(run), width: 2 },
        itemStyle: { color: colorOf(run) },
        tooltip: {
          // Markup to the chart library, and the names may be anybody's.
          formatter: axes
            .map((axis) => escaped(`${axis.name}: ${shown(axis.values[run])}`))
            .join('<br>'),
        },
      })),
    },
    table: {
      head: ['Run', ...axes.map(({ name }) => name)],
      rows: runs.map(({ name }, run) => [name, ...axes.map(({ values }) => shown(values[run]))]),
    },
    key: [],
  };
}

interface Measured {
  measure: Measure;
  values: (number | undefined)[];
}

/** Each measure against an option, a dot a run. */
function panelsOf(axis: Axis, place: number, found: Measured[], runs: Run[]): Panels {
  return {
    id: `by-${place}`,
    title: `By ${axis.name}`,
    caption: 'A dot a run: each measure against this option.',
    key: [],
    panels: found.map(({ measure: { name, title }, values }) => ({
      name: title,
      figure: dotsFigure(`by-${place}-${name}`, title, axis, values, runs),
    })),
  };
}

function dotsFigure(
  id: string,
  measure: string,
  axis: Axis,
  values: (number | undefined)[],
  runs: Run[],
): Figure {
  const isNumeric = axis.values.every((value) => typeof value !== 'string');
  const dots = runs.flatMap(({ name }, run) => {
    const [x, y] = [axis.values[run], values[run]];
    return x === undefined || y === undefined ? [] : [{ name, x, y, color: colorOf(run) }];
  });
  return {
    ...{ id, title: `${measure} by ${axis.name}`, caption: '', key: [] },
    alternative: dots.map(({ x, y }) => `${shown(x)}: ${number(y)}.`).join(' '),
    option: {
      ...common,
      tooltip: { ...tooltip, trigger: 'item' },
      xAxis: isNumeric
        ? { type: 'value', scale: true, name: axis.name, ...below }
        : { type: 'category', name: axis.name, ...below },
      yAxis: { type: 'value', scale: true, name: measure },
      series: [
        {
          type: 'scatter',
          symbolSize: 9,
          itemStyle: { color: grey },
          data: dots.map(({ name, x, y, color }) => ({
            ...{ name, value: [x, y], itemStyle: { color } },
          })),
        },
      ],
    },
    table: {
      head: [axis.name, measure, 'Run'],
      rows: dots.map(({ name, x, y }) => [shown(x), number(y), name]),
    },
  };
}
