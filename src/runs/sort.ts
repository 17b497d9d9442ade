// The order of runs: by a measure the best first, by anything else the least.
import { RdmError } from '../base/errors.js';
import { measures } from '../report/measures.js';
import type { RunRow } from '../types/report.js';
import { columnOf } from './columns.js';

type Compare = (one: RunRow, other: RunRow) => number;

/** Rows without a value come last, also after a minus, which turns the order round. Throws `usage`. */
export function sorterOf(by: string, rows: RunRow[]): Compare {
  const turned = by.startsWith('-');
  const { name, value } = columnOf(turned ? by.slice(1) : by, rows);
  const falling = measures.find((measure) => measure.name === name)?.better === 'more';
  const sign = turned === falling ? 1 : -1;
  return (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === undefined || b === undefined)
      return Number(a === undefined) - Number(b === undefined);
    return sign * order(a, b);
  };
}

function order(a: unknown, b: unknown): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}

/** The first by this measure. Throws `bad_run` where none has it. */
export function bestOf(rows: RunRow[], by: string): RunRow {
  const { name, value } = columnOf(by, rows);
  const [best] = rows.filter((row) => value(row) !== undefined).toSorted(sorterOf(by, rows));
  if (best) return best;
  if (rows.length === 0) {
    throw new RdmError('bad_run', 'no run is there to choose from', 'rdm runs FOLDER lists them');
  }
  const there = measures.filter((one) => rows.some((row) => row.measures[one.name] !== null));
  throw new RdmError(
    'bad_run',
    `no run has a ${name}`,
    `there are: ${there.map((one) => one.name).join(', ')}`,
  );
}
