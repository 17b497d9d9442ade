// What a dataset holds, as a table: a row for each property, a column for each split.
import type { DataInfo, Range, SplitInfo } from '../../index.js';

const rows: [name: string, cell: (split: SplitInfo) => string][] = [
  ['images', ({ images }) => String(images)],
  ['classes', ({ classes }) => String(classes)],
  ['smallest class', ({ smallestClass }) => counted(smallestClass)],
  ['largest class', ({ largestClass }) => counted(largestClass)],
  ['widths', ({ widths }) => range(widths)],
  ['heights', ({ heights }) => range(heights)],
  ['listing', ({ listing }) => listing],
];

export function infoTable({ root, layout, splits }: DataInfo): string {
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

/** Columns as wide as their widest cell; the last of a row may be wider. */
function table(lines: string[][]): string {
  const width = (column: number) =>
    Math.max(
      ...lines.map((cells) => (column < cells.length - 1 ? (cells[column]?.length ?? 0) : 0)),
    );
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(width(column)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
