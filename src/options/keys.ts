// The keys that a caller from JavaScript may give: another is a typing mistake.
import { createRequire } from 'node:module';
import { RdmError } from '../base/errors.js';
import { predictor } from './table/model.js';
import type { CommandName } from './table/row.js';
import { optionsOf } from './table/table.js';

/** Options of a command, beside which a job takes `others`. Throws `usage`. */
export function checkKeys(command: CommandName, options: unknown, others: string[]): void {
  const names = optionsOf(command).map(({ name }) => name);
  const known = names.filter((name) => !(name in predictor.rows)).concat(others);
  refuseUnknown('options', options, known);
  if (!others.includes('predictor')) return;
  const { predictor: given = {} } = options as { predictor?: unknown };
  refuseUnknown('the predictor', given, [
    ...['type', 'location', 'sigma', 'source', 'solver', 'keepNullSpace'],
  ]);
}

function refuseUnknown(what: string, given: unknown, known: string[]): void {
  if (typeof given !== 'object' || given === null) {
    throw new RdmError('usage', `${what} must be an object, not ${given}`);
  }
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  throw new RdmError(
    'usage',
    `unknown option '${unknown}'${near ? `; did you mean ${near}?` : ''}`,
    `there are: ${known.join(', ')}`,
  );
}

/** The option of a flag by that name, or one that is written much the same. */
function nearest(unknown: string, known: string[]): string | undefined {
  if (unknown in predictor.rows && known.includes('predictor')) return 'predictor';
  if (unknown === 'learningRate') return 'lr';
  // Loaded here alone: a run that is right does without.
  const { closest, distance } = createRequire(import.meta.url)('fastest-levenshtein') as {
    closest(name: string, names: string[]): string;
    distance(one: string, other: string): number;
  };
  const name = closest(unknown, known);
  return distance(unknown, name) <= Math.max(2, unknown.length / 3) ? name : undefined;
}
