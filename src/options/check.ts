// Refusals: each returns the value that it was given, or throws `usage` with what would be right.
import { resolve } from 'node:path';
import { RdmError } from '../base/errors.js';
import type { Bounds, Kind } from './table/kinds.js';

/** A value of this kind as the addon takes it; `name` is what a message calls it. Throws `usage`. */
export function check(name: string, kind: Kind, value: unknown): unknown {
  switch (kind.kind) {
    case 'whole':
      return whole(name, value, kind.least);
    case 'number':
      return real(name, value, kind);
    case 'choice':
      return oneOf(kind.noun, value, kind.choices);
    case 'switch':
      return typeof value === 'boolean' ? value : refuse(name, 'true or false', value);
    case 'path':
      return resolve(text(name, value));
    case 'text':
      return text(name, value);
    case 'time':
      return real(name, value, { above: 0 });
    case 'steps or time':
      return typeof value === 'number' ? whole(name, value, 0) : text(name, value);
    case 'list':
    case 'repeated':
      return array(name, value, kind.noun).map((item) => check(name, kind.of, item));
    case 'each view': {
      const count = Array.isArray(value) && value.length === 3 ? 3 : 2;
      return array(name, value, '2 or 3 numbers', count).map((item) => check(name, kind.of, item));
    }
    case 'tuple': {
      const named = (index: number) => (kind.names ? `${name}'s ${kind.names[index]}` : name);
      const { length } = kind.of;
      const values = array(name, value, `${length} numbers`, length);
      return kind.of.map((of, index) => check(named(index), of, values[index]));
    }
  }
}

function refuse(name: string, wanted: string, value: unknown): never {
  const given = typeof value === 'string' ? `the text '${value}'` : String(value);
  throw new RdmError('usage', `${name} must be ${wanted}, not ${given}`);
}

function text(name: string, value: unknown): string {
  return typeof value === 'string' ? value : refuse(name, 'a text', value);
}

function array(name: string, value: unknown, of: string, count?: number): unknown[] {
  if (Array.isArray(value) && (count === undefined || value.length === count)) return value;
  return refuse(name, `a list of ${of}`, value);
}

export function whole(name: string, value: unknown, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  return refuse(name, `a whole number of at least ${least}`, value);
}

function real(name: string, value: unknown, bounds: Bounds): number {
  const { least = -Infinity, most = Infinity, above = -Infinity } = bounds;
  if (Number.isFinite(value)) {
    const number = value as number;
    if (number >= least && number <= most && number > above) return number;
  }
  return refuse(name, `a number${described(bounds)}`, value);
}

function described({ least, most, above }: Bounds): string {
  if (most !== undefined && above !== undefined) return ` above ${above} and at most ${most}`;
  if (most !== undefined) return ` from ${least} to ${most}`;
  if (above !== undefined) return ` above ${above}`;
  return least === undefined ? '' : ` of at least ${least}`;
}

/** '1h30m' → 5400. Throws `usage` for what is no time. */
export function seconds(name: string, text: string): number {
  const [, ...parts] = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  const [days = 0, hours = 0, minutes = 0, rest = 0] = parts.map((part) => Number(part ?? 0));
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + rest;
  if (total > 0) return total;
  throw new RdmError('usage', `${name} must be a time such as 20m or 3h50m, not ${text}`);
}

/** `value`, which must be one of `choices`. Throws `usage` with what there is. */
export function oneOf<const Choice extends string | number>(
  noun: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  if ((choices as readonly unknown[]).includes(value)) return value as Choice;
  throw new RdmError('usage', `unknown ${noun} '${value}'`, `choose from: ${choices.join(', ')}`);
}

/** Where images are: one place or several. */
export type Places = string | string[];

/** None where there is nothing, or an empty text. */
export function toList(given: Places | undefined): string[] {
  const list: unknown[] = Array.isArray(given) ? given : given ? [given] : [];
  return list.map((path) => text('a place', path)).filter((path) => path !== '');
}

/** Where standard input lists the images. */
export const standardInput = '-';

/** Each a folder, or a file that lists images; one as a text, several as a list. Throws `usage` where there is none. */
export function places(given: Places | undefined): Places {
  const all = toList(given).map((path) => (path === standardInput ? path : resolve(path)));
  const [first, ...more] = all;
  if (first) return more.length > 0 ? all : first;
  throw new RdmError(
    'usage',
    'no data folder was given',
    'pass a folder of images, one with train/ and val/, a list of images (.txt, .csv, -), or shards (.tar)',
  );
}
