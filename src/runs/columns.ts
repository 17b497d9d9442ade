// What rows of runs are filtered and sorted by: their columns, their measures, and the options of the runs.
import { createRequire } from 'node:module';
import { RdmError } from '../base/errors.js';
import { attribute } from '../options/table/row.js';
import { optionsOf } from '../options/table/table.js';
import { measureNames, trainings } from '../types/choices.js';
import type { RunRow } from '../types/report.js';

const columns = {
  run: ({ run }: RunRow) => run,
  command: ({ command }: RunRow) => command,
  state: ({ state }: RunRow) => state,
  epoch: ({ epoch }: RunRow) => epoch,
  epochs: ({ epochs }: RunRow) => epochs,
  verdict: ({ verdict }: RunRow) => verdict,
  started: ({ started }: RunRow) => started,
  seconds: ({ seconds }: RunRow) => seconds,
} as const;

/** The value of a row under this name; undefined where it has none. */
export type Value = (row: RunRow) => unknown;

/**
 * By a column's name, or that of an option as its flag has it (pred-location, predLocation, lr). Throws `usage` for a
 * name that neither rdm nor one of the runs has.
 */
export function columnOf(given: string, rows: RunRow[]): { name: string; value: Value } {
  const name = aliases.get(given) ?? camelCase(given);
  if (Object.hasOwn(columns, name)) {
    return { name, value: (row) => columns[name as keyof typeof columns](row) ?? undefined };
  }
  const measure = measureNames.find((one) => one === name);
  if (measure) return { name, value: ({ measures }) => measures[measure] ?? undefined };
  const known = new Set([
    ...trainings.flatMap((command) => optionsOf(command).map(({ row }) => attribute(row))),
    ...rows.flatMap(({ options }) => Object.keys(options)),
  ]);
  if (known.has(name)) return { name, value: ({ options }) => options[name] ?? undefined };
  const near = nearest(name, [...Object.keys(columns), ...measureNames, ...known]);
  throw new RdmError(
    'usage',
    `no run has a '${given}'${near ? `; did you mean ${near}?` : ''}`,
    `there are ${[...Object.keys(columns), ...measureNames].join(', ')}, and every flag of a run`,
  );
}

const aliases = new Map([
  ['lr', 'learningRate'],
  ['wd', 'weightDecay'],
]);

const camelCase = (name: string) =>
  name.replace(/^--/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

function nearest(name: string, known: string[]): string | undefined {
  const { closest, distance } = createRequire(import.meta.url)('fastest-levenshtein') as {
    closest(name: string, names: string[]): string;
    distance(one: string, other: string): number;
  };
  const near = closest(name, known);
  return distance(name, near) <= Math.max(2, name.length / 3) ? near : undefined;
}
