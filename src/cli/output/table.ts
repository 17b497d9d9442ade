// Cells in columns, for people.

/** Columns as wide as their widest cell; the last of a row may be wider. */
export function table(lines: string[][]): string {
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
