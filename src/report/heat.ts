// A heat map over epochs: a column a measurement, a cell a direction, from the largest at the bottom on.
import { below, common, type Figure, number, type Sign, tooltip } from './figure.js';
import { maximum, minimum } from './series.js';

export interface Column {
  epochs: number;
  /** One for each of the directions; those that are missing or no number stay empty. */
  values: (number | undefined)[];
}

/** From the least to the largest; told apart on white, on black, and without colours. */
const colors = ['#45206b', '#41508c', '#2f7a8e', '#25a384', '#77c952', '#f2df25'];

/** The values that the first and the last colour stand for, and how one is written. */
export interface Scale {
  from: number;
  to: number;
  shown: (value: number) => string;
}

export function heatFigure(
  head: Pick<Figure, 'id' | 'title' | 'caption'>,
  directions: number[],
  columns: Column[],
  scale: Scale,
): Figure | undefined {
  const all = columns.flatMap(({ values }) => values.filter((value) => value !== undefined));
  if (all.length === 0) return undefined;
  const names = columns.map(({ epochs }) => number(epochs));
  const key = signs(scale);
  return {
    ...head,
    alternative: `${directions.length} directions over ${columns.length} measurements, between ${scale.shown(minimum(all))} and ${scale.shown(maximum(all))}.`,
    option: {
      ...common,
      legend: { show: false, data: key.map(({ name }) => name) }, // where a picture has one
      tooltip: { ...tooltip, trigger: 'item', formatter: '{b}' },
      xAxis: { type: 'category', data: names, name: 'epochs', ...below },
      yAxis: {
        type: 'value',
        name: `direction 1 below, ${directions.at(-1)} above`,
        nameTextStyle: { align: 'left' },
        max: directions.length,
        axisLabel: { show: false },
        splitLine: { show: false },
      },
      series: [
        ...directions.map((direction, index) => ({
          type: 'bar' as const,
          stack: 'directions',
          name: String(direction),
          barCategoryGap: '0%',
          emphasis: { disabled: true },
          data: columns.map(({ epochs, values }) => cell(epochs, direction, values[index], scale)),
        })),
        ...key.map(({ name, color }) => ({
          type: 'bar' as const,
          stack: 'directions',
          name,
          itemStyle: { color },
          data: [],
        })),
      ],
    },
    table: {
      head: ['Epochs', ...directions.map((direction) => `direction ${direction}`)],
      rows: columns.map(({ values }, column) => [
        names[column] ?? '',
        ...directions.map((_, index) => {
          const value = values[index];
          return value === undefined ? '' : scale.shown(value);
        }),
      ]),
    },
    key,
  };
}

function cell(epochs: number, direction: number, value: number | undefined, scale: Scale) {
  const name = `epoch ${number(epochs)}, direction ${direction}`;
  if (value === undefined) return { value: 1, name, itemStyle: { color: 'transparent' } };
  return {
    value: 1,
    name: `${name}: ${scale.shown(value)}`,
    itemStyle: { color: colorAt((value - scale.from) / (scale.to - scale.from || 1)) },
  };
}

/** Of a share from 0 to 1, between the two colours that it lies between. */
function colorAt(share: number): string {
  const place = Math.min(Math.max(share, 0), 1) * (colors.length - 1);
  const [from = '', to = from] = [colors[Math.floor(place)], colors[Math.ceil(place)]];
  const channels = [1, 3, 5].map((at) => {
    const [a, b] = [from, to].map((color) => Number.parseInt(color.slice(at, at + 2), 16));
    return Math.round((a ?? 0) + ((b ?? 0) - (a ?? 0)) * (place % 1));
  });
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

const signs = ({ from, to, shown }: Scale): Sign[] =>
  colors.map((color, index) => ({
    name: shown(from + ((to - from) * index) / (colors.length - 1)),
    color,
  }));
