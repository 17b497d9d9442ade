// A sweep's file: what all runs have in common, and the axes in which they differ.
import { closest, distance } from 'fastest-levenshtein';
import { RdmError } from '../base/errors.js';
import type { Kind } from '../options/table/kinds.js';
import { longFlag } from '../options/table/row.js';
import { optionsOf } from '../options/table/table.js';
import { readText } from '../recipes/load.js';
import { parseYaml } from '../recipes/parse.js';
import { flagSchemas } from '../recipes/schema.js';

/** Drawn between two numbers, evenly or evenly in their logarithm. */
export interface Range {
  from: number;
  to: number;
  log: boolean;
  whole: boolean;
}

export interface SweepFile {
  file: string;
  description?: string;
  recipe?: string;
  data: string[];
  /** Of all runs, by their long names. */
  flags: Record<string, unknown>;
  axes: [name: string, values: unknown[] | Range][];
  /** Undefined for a grid. */
  random: { runs: number; seed: number } | undefined;
}

/** Text of the file in a message must not fill a terminal. */
export function refuse(file: string, reason: string, hint = '', cause?: unknown): never {
  const short = reason.length > 500 ? `${reason.slice(0, 500)}…` : reason;
  throw new RdmError('bad_recipe', `${file}: ${short}`, hint, { cause });
}

const keys = ['description', 'recipe', 'data', 'flags', 'axes', 'random'];

/** Rejects with `bad_recipe`. */
export async function readSweep(file: string): Promise<SweepFile> {
  const content = parseYaml(file, await readText(file));
  if (!isDictionary(content)) refuse(file, 'a sweep must be keys with values', hintOfKeys);
  for (const key of Object.keys(content)) {
    if (!keys.includes(key)) refuse(file, `unknown key '${key}'${meant(key, keys)}`, hintOfKeys);
  }
  const { description, recipe, data = [], flags = {}, axes, random } = content;
  for (const [name, value] of Object.entries({ description, recipe })) {
    if (!['string', 'undefined'].includes(typeof value)) refuse(file, `${name} must be a text`);
  }
  const places = [data].flat();
  if (!places.every((place) => typeof place === 'string')) {
    refuse(file, 'data must be a place or a list of places');
  }
  if (!isDictionary(flags)) refuse(file, 'flags must be keys with values');
  for (const [name, value] of Object.entries(flags)) checkFlag(file, 'flag', name, value);
  const drawn = random === undefined ? undefined : randomOf(file, random);
  if (!isDictionary(axes) || Object.keys(axes).length === 0) {
    refuse(file, 'axes must name at least one flag, with its values', 'axes: {sigma: [-1, -0.5]}');
  }
  return {
    ...{ file, data: places, flags, random: drawn },
    ...(typeof description === 'string' && { description }),
    ...(typeof recipe === 'string' && { recipe }),
    axes: Object.entries(axes).map(([name, given]) => {
      if (name in flags) refuse(file, `'${name}' is an axis and a flag of all runs`);
      return [name, axisOf(file, name, given, drawn !== undefined)];
    }),
  };
}

const hintOfKeys = `a sweep has ${keys.join(', ')}`;

type Dictionary = Record<string, unknown>;

const isDictionary = (value: unknown): value is Dictionary =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a sweep says to each of its runs itself. */
const own = ['output', 'resume', 'overwrite', 'until', 'on-collapse'];

function checkFlag(file: string, what: string, name: string, value: unknown): void {
  const { shape } = flagSchemas.pretrain;
  const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
  if (!schema) {
    refuse(file, `unknown ${what} '${name}'${meant(name, Object.keys(shape))}`, flagHint);
  }
  if (own.includes(name)) refuse(file, `the ${what} '${name}' is the sweep's own to set`);
  const { success, error } = schema.safeParse(value);
  if (success) return;
  const { message } = error.issues[0] ?? {};
  refuse(file, `the ${what} '${name}' ${message}, not ${JSON.stringify(value)}`);
}

const flagHint = 'rdm pretrain --help shows the flags; they have their long names';

const shortNames = new Map([
  ['lr', 'learning-rate'],
  ['wd', 'weight-decay'],
]);

function meant(name: string, known: string[]): string {
  const near = shortNames.get(name) ?? closest(name, known);
  const isNear = known.includes(near) && distance(name, near) <= Math.max(2, name.length / 3);
  return isNear || shortNames.has(name) ? `; did you mean '${near}'?` : '';
}

function axisOf(file: string, name: string, given: unknown, random: boolean) {
  if (isDictionary(given)) return rangeOf(file, name, given, random);
  if (!Array.isArray(given)) refuse(file, `the axis '${name}' must be a list of values`);
  if (given.length === 0) {
    refuse(file, `the axis '${name}' is empty`, 'give it values, or leave it out');
  }
  for (const value of given) checkFlag(file, 'axis', name, value);
  return given;
}

function rangeOf(file: string, name: string, given: Dictionary, random: boolean): Range {
  const { from, to, log = false, ...more } = given;
  const kind = kindOf(name);
  checkFlag(file, 'axis', name, from ?? null);
  checkFlag(file, 'axis', name, to ?? null);
  if (kind?.kind !== 'number' && kind?.kind !== 'whole') {
    refuse(file, `the axis '${name}' has no range: it is not a number`, 'give it a list of values');
  }
  const [least, most] = [Number(from), Number(to)];
  if (!(least < most) || typeof log !== 'boolean' || Object.keys(more).length > 0) {
    refuse(file, `the axis '${name}' is no range`, '{from: 0.01, to: 1, log: true}');
  }
  if (log && least <= 0) refuse(file, `the axis '${name}' has no logarithm at ${least}`);
  if (!random) {
    const hint = 'add random: {runs: 20, seed: 0}, or list the values';
    refuse(file, `the axis '${name}' is a range, of which a grid has no values`, hint);
  }
  return { from: least, to: most, log, whole: kind.kind === 'whole' };
}

const kindOf = (name: string): Kind | undefined =>
  optionsOf('pretrain').find(({ row }) => longFlag(row) === `--${name}`)?.row.type;

function randomOf(file: string, given: unknown): { runs: number; seed: number } {
  const { runs, seed = 0, ...more } = isDictionary(given) ? given : {};
  const counts = [runs, seed].every((value) => Number.isSafeInteger(value));
  if (counts && Number(runs) > 0 && Number(seed) >= 0 && Object.keys(more).length === 0) {
    return { runs: Number(runs), seed: Number(seed) };
  }
  return refuse(file, 'random must say how many runs, and a seed', 'random: {runs: 20, seed: 0}');
}
