// What a dataset holds, as a table: a row for each property, a column for each split.
import type { DataInfo, Range, SplitInfo } from '../../index.js';
import { table } from './table.js';

const rows: [name: string, cell: (split: SplitInfo) => string][] = [
  ['images', ({ images }) => String(images)],
  ['classes', ({ classes }) => String(classes)],
  ['smallest class', ({ smallestClass }) => counted(smallestClass)],
  ['largest class', ({ largestClass }) => counted(largestClass)],
  ['widths', ({ widths }) => range(widths)],
  ['heights', ({ heights }) => range(heights)],
  ['listing', ({ listing }) => listing],
];

export function infoTable({ root, layout, splits }: DataInfo): string[] {
  const shown = Object.entries(splits);
  return table([
    ['folder', root],
    ['layout', layout],
    ['', ...shown.map(([name]) => name)],
    ...rows.map(([name, cell]) => [name, ...shown.map(([, split]) => cell(split))]),
  ]);
}

const counted = ({ name, images }: { name: string; images: number }) => `${name}, ${images}`;

const range = ({ least, mean, most }: Range) =>
  least === most ? `${least} px` : `${least} to ${most} px, mean ${mean.toFixed(0)}`;
