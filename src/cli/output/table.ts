// Cells in columns, for people.

/** Columns as wide as their widest cell; the last of a row may be wider. */
export function table(lines: string[][]): string {
  const widths: number[] = [];
  for (const cells of lines) {
    for (const [column, { length }] of cells.slice(0, -1).entries()) {
      widths[column] = Math.max(widths[column] ?? 0, length);
    }
  }
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
