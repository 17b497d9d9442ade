// Runs as a table: how each stands, and what was measured.
import {
  differingOptions,
  measures,
  nameOfStanding,
  type RunRow,
  type SweepRow,
} from '../../index.js';
import { table } from './format.js';

/** What is not in a row's own files: how it stands in its sweep, or what it is told apart by. */
interface Line {
  name: string;
  state: string;
  run: RunRow | null;
  more: string[];
}

/** Without the columns that would be empty; `more` are the heads of each line's last cells. */
function runTable(lines: Line[], more: string[] = []): string[] {
  const measured = measures.filter(({ name }) =>
    lines.some(({ run }) => run && run.measures[name] !== null),
  );
  return table([
    [...['run', 'state', 'epoch', 'verdict'], ...measured.map(({ name }) => name), ...more],
    ...lines.map(({ name, state, run, more }) => [
      ...[name, state, run ? `${run.epoch}/${run.epochs}` : '–'],
      run?.verdict ? nameOfStanding(run.verdict) : '–',
      ...measured.map(({ name, digits }) => run?.measures[name]?.toFixed(digits) ?? '–'),
      ...more,
    ]),
  ]);
}

export const sweepTable = (rows: SweepRow[]): string[] =>
  runTable(rows.map(({ name, state, run }) => ({ name, state, run, more: [] })));

/** A collapse that ended a run is how it ended. */
const stateOf = ({ state, verdict }: RunRow) =>
  state === 'stopped' && verdict?.endsWith('collapse') ? 'collapsed' : state;

export function runsTable(rows: RunRow[]): string[] {
  const options = differingOptions(rows.map((row) => row.options));
  const lines = rows.map((run) => ({
    ...{ name: run.run, state: stateOf(run), run },
    more: options.map((name) => cell(run.options[name]) || '–'),
  }));
  return runTable(lines, options);
}

export const cell = (value: unknown): string =>
  value === undefined || value === null ? '' : String(value);
