// One chart: its option for ECharts, and the same in words and as a table for readers who do not see it.
import type { EChartsOption } from 'echarts';
import { byEpoch, mean, type Point, sum, thinned } from './series.js';

export interface Figure {
  id: string;
  title: string;
  caption: string;
  /** A description in words. */
  alternative: string;
  option: EChartsOption;
  table: { head: string[]; rows: string[][] };
  /** What its colours and dashes stand for; empty where there is only one line. */
  key: Sign[];
}

export interface Sign {
  name: string;
  color: string;
  dash?: Dash;
}

/** Of a line: how long it is drawn and left out, in turn; undefined: it is whole. */
export type Dash = number[] | undefined;

/** A small chart for each run, all on one scale, under one title. */
export interface Panels {
  id: string;
  title: string;
  caption: string;
  key: Sign[];
  panels: { name: string; figure: Figure }[];
}

export interface Series {
  name: string;
  color: string;
  points: Point[];
  dash?: Dash;
  /** 0 to 1. */
  opacity?: number;
  /** Marks each value, where there are few. */
  dots?: boolean;
  filled?: boolean;
  /** A horizontal line, and what is written on it. */
  mark?: { at: number; label?: string };
}

export interface Axes {
  /** Name and unit of the values. */
  values: string;
  logarithmic?: boolean;
  /** Values that the axis reaches even where no data do. */
  includes?: number[];
}

type Head = Pick<Figure, 'id' | 'title' | 'caption'>;

/** Lines over epochs; undefined where there is nothing to draw. */
export function lineFigure(
  head: Head,
  axes: Axes,
  given: Series[],
  key: Sign[] = [],
): Figure | undefined {
  const series = given.filter(({ points }) => points.length > 0);
  if (series.length === 0) return undefined;
  return {
    ...head,
    alternative: series.map(describe).join(' '),
    option: {
      ...common,
      tooltip: { ...tooltip, trigger: 'axis' },
      xAxis: {
        type: 'value',
        name: 'epochs',
        ...below,
        max: Math.ceil(Math.max(...series.map(({ points }) => points.at(-1)?.[0] ?? 0))),
        minInterval: 1,
        axisPointer: { label: { precision: 2 } },
      },
      yAxis: valueAxis(axes, series),
      dataZoom: [{ type: 'inside', filterMode: 'none', zoomOnMouseWheel: 'ctrl' }],
      series: series.map(drawn),
    },
    table: tableOf(series),
    key,
  };
}

function drawn({ name, color, points, mark, ...style }: Series) {
  const { dash, opacity = 1, dots = false, filled = false } = style;
  const data = thinned(points).map(([x, y]) => [rounded(x), rounded(y)]);
  return {
    type: 'line' as const,
    name,
    data,
    showSymbol: dots || data.length === 1,
    symbol: 'circle',
    symbolSize: 6,
    itemStyle: { color, opacity },
    lineStyle: {
      color,
      opacity,
      width: 2,
      type: dash ?? ('solid' as const),
    },
    ...(filled && { areaStyle: { color, opacity: 0.12 } }),
    emphasis: { disabled: true },
    ...(mark && {
      markLine: {
        silent: true,
        symbol: 'none',
        lineStyle: { type: 'solid' as const, color: grey, width: mark.label ? 0 : 1 },
        label: {
          show: mark.label !== undefined,
          formatter: mark.label ?? '',
          position: 'insideEndTop' as const,
          color: grey,
        },
        data: [{ yAxis: mark.at }],
      },
    }),
  };
}

function valueAxis({ values, logarithmic = false, includes = [] }: Axes, series: Series[]) {
  const all = [...series.flatMap(({ points }) => points.map(([, value]) => value))];
  const least = all.reduce((a, b) => Math.min(a, b), Infinity);
  const most = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const flat = logarithmic && most < 1.01 * least; // a whitened spectrum: its line would be the frame's
  return {
    type: logarithmic ? ('log' as const) : ('value' as const),
    name: values,
    nameTextStyle: { align: 'left' as const },
    scale: true,
    ...(flat && { min: least / 2, max: most * 2 }),
    // The axis is stretched only where the data would leave the value out.
    ...(includes.some((value) => value < least) && { min: Math.min(...includes) }),
    ...(includes.some((value) => value > most) && { max: Math.max(...includes) }),
  };
}

export interface Part {
  name: string;
  color: string;
  /** One for each bar. */
  values: number[];
}

/** What the bars stand for, and their names. */
export interface Bars {
  of: string;
  names: string[];
}

/** Bars whose parts add up to 100 %; undefined where there are none. */
export function shareFigure(head: Head, bars: Bars, given: Part[]): Figure | undefined {
  if (bars.names.length === 0) return undefined;
  const sums = bars.names.map((_, bar) => sum(given.map(({ values }) => values[bar] ?? 0)));
  const parts = given.map(({ name, color, values }) => ({
    name,
    color,
    shares: values.map((value, bar) => (100 * value) / (sums[bar] || 1)),
  }));
  const names = parts.map(({ name }) => name);
  return {
    ...head,
    key: parts.map(({ name, color }) => ({ name, color })),
    alternative: parts
      .map(({ name, shares }) => `${name}: ${number(mean(shares))} % on average.`)
      .join(' '),
    option: {
      ...common,
      tooltip: { ...tooltip, trigger: 'axis', axisPointer: { type: 'shadow' } },
      xAxis: { type: 'category', data: bars.names, name: bars.of, ...below },
      yAxis: { type: 'value', name: '%', nameTextStyle: { align: 'left' }, max: 100 },
      series: parts.map(({ name, color, shares }) => ({
        type: 'bar',
        name,
        stack: 'all',
        barCategoryGap: '20%',
        barMaxWidth: 90,
        itemStyle: { color },
        emphasis: { disabled: true },
        data: shares.map(rounded),
      })),
    },
    table: {
      head: [bars.of, ...names.map((name) => `${name}, %`)],
      rows: bars.names.map((bar, index) => [
        bar,
        ...parts.map(({ shares }) => number(shares[index] ?? 0)),
      ]),
    },
  };
}

export const below = { nameLocation: 'middle' as const, nameGap: 24 };

export const grey = '#7c8698';

// Of many lines the largest values are shown.
export const tooltip = {
  confine: true,
  order: 'valueDesc' as const,
  extraCssText: 'max-height: 260px; overflow: hidden;',
};

// The key is the page's, where it breaks into lines.
export const common: EChartsOption = {
  animation: false,
  legend: { show: false },
  grid: { left: 8, right: 20, top: 34, bottom: 30, containLabel: true },
};

/** Five digits are more than a screen shows. */
const rounded = (value: number) => Number(value.toPrecision(5));

function describe({ name, points }: Series): string {
  const values = points.map(([, value]) => value);
  const at = (point: Point | undefined) =>
    `${number(point?.[1] ?? 0)} at epoch ${number(point?.[0] ?? 0)}`;
  if (points.length === 1) return `${name}: ${at(points[0])}.`;
  const [least, most] = [
    values.reduce((a, b) => Math.min(a, b)),
    values.reduce((a, b) => Math.max(a, b)),
  ];
  const ends = `from ${at(points[0])} to ${at(points.at(-1))}`;
  return `${name}: ${ends}, between ${number(least)} and ${number(most)}.`;
}

function tableOf(series: Series[]): Figure['table'] {
  const rows = byEpoch(series.map(({ points }) => points));
  return {
    head: ['Epochs', ...series.map(({ name }) => name)],
    rows: rows.map(({ epochs, values }) => [
      String(epochs),
      ...values.map((value) => (value === undefined ? '' : number(value))),
    ]),
  };
}

/** Four significant digits, no exponent where people would write none. */
export function number(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2).replace('e+', 'e');
  return size >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}
