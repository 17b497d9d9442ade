// Numbers, durations and tables as people read them.

/** 75 → '1 m 15 s', in the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const units: [number, string][] = [
    [Math.floor(whole / 86400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  const shown = first < 0 ? units.slice(-1) : units.slice(first, first + 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** 1, 'class' → '1 class'; 2, 'class', 'classes' → '2 classes' */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** 14.5 → '+14.50' */
export const signed = (value: number, digits: number): string =>
  `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;

/** Of a step in its epoch, as the reference writes it: '[ 10/195]' */
export const position = (step: number, stepsPerEpoch: number): string =>
  `[${pad(step, String(stepsPerEpoch).length)}/${stepsPerEpoch}]`;

export const pad = (value: number | string, width: number): string => String(value).padStart(width);

/** How a count is written: divided by `scale`, with so many digits. */
export interface Unit {
  name: string;
  scale: number;
  digits: number;
}

export const images: Unit = { name: 'images', scale: 1, digits: 0 };
export const steps: Unit = { name: 'steps', scale: 1, digits: 0 };
export const megabytes: Unit = { name: 'MB', scale: 1e6, digits: 1 };

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
