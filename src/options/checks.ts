// Refusals: each returns the value that it was given, or throws `usage` with what would be right.
import { resolve } from 'node:path';
import { RdmError } from '../base/errors.js';

export function folder(path: string | undefined): string {
  if (path) return resolve(path);
  throw new RdmError('usage', 'no data folder was given', 'pass a folder with train/ and val/');
}

export function whole(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RdmError('usage', `${name} must be a whole number of at least ${least}, not ${value}`);
}

export function real(name: string, value: number, least = -Infinity, most = Infinity): number {
  if (Number.isFinite(value) && value >= least && value <= most) return value;
  const bound = least === -Infinity ? '' : ` of at least ${least}`;
  const range = most === Infinity ? bound : ` from ${least} to ${most}`;
  throw new RdmError('usage', `${name} must be a number${range}, not ${value}`);
}

export function positive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new RdmError('usage', `${name} must be a number above 0, not ${value}`);
}

/** '1h30m' → 5400. Throws `usage` for what is no time. */
export function seconds(name: string, text: string): number {
  const [, ...parts] = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  const [days = 0, hours = 0, minutes = 0, rest = 0] = parts.map((part) => Number(part ?? 0));
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + rest;
  if (total > 0) return total;
  throw new RdmError('usage', `${name} must be a time such as 20m or 3h50m, not ${text}`);
}

export const probability = (name: string, value: number): number => real(name, value, 0, 1);

/** `value`, which must be one of `choices`. Throws `usage` with what there is. */
export function oneOf<const Choice extends string | number>(
  name: string,
  value: string | number,
  choices: readonly Choice[],
): Choice {
  if ((choices as readonly (string | number)[]).includes(value)) return value as Choice;
  throw new RdmError('usage', `unknown ${name} '${value}'`, `choose from: ${choices.join(', ')}`);
}
