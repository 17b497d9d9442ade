// Cells in columns, for people.

/** Lines, with columns as wide as their widest cell; the last of a row may be wider. */
export function table(rows: string[][]): string[] {
  const widths: number[] = [];
  for (const cells of rows) {
    for (const [column, cell] of cells.slice(0, -1).entries()) {
      widths[column] = Math.max(widths[column] ?? 0, short(cell).length);
    }
  }
  const padded = (cell: string, column: number) => short(cell).padEnd(widths[column] ?? 0);
  return rows.map((cells) =>
    [...cells.slice(0, -1).map(padded), cells.at(-1)].join('  ').trimEnd(),
  );
}

const most = 200; // characters; a name of a megabyte would widen every row

const short = (cell: string) => (cell.length > most ? `${cell.slice(0, most - 1)}…` : cell);
