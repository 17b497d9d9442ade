// Measurements as comma-separated values: a row an event, a column each number that any event has.
import type { Run } from './runs.js';

const measured = new Set(['step', 'rank', 'epoch', 'evaluation', 'knn']);
const first = ['run', 'type', 'phase', 'epoch', 'step', 'time'];

/** Columns are named by their path in events.jsonl: `online.effectiveRank`, `loss.value`. */
export function csvOf(runs: Run[]): string {
  const rows = runs.flatMap(({ name, entries }) =>
    entries
      .filter(({ type }) => measured.has(type))
      .map((entry): Record<string, unknown> => ({ run: name, ...flat(entry) })),
  );
  const columns = [...new Set([...first, ...rows.flatMap(Object.keys)])];
  const lines = rows.map((row) => columns.map((column) => cell(row[column])));
  return [columns, ...lines].map((cells) => `${cells.join(',')}\n`).join('');
}

function flat(value: object, prefix = ''): Record<string, unknown> {
  const entries = Object.entries(value).map(([name, inner]) =>
    typeof inner === 'object' && inner !== null
      ? flat(inner, `${prefix}${name}.`)
      : { [prefix + name]: inner as unknown },
  );
  return Object.assign({}, ...entries) as Record<string, unknown>;
}

function cell(value: unknown): string {
  const text = Number.isNaN(value) ? '' : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
