// The options of the jobs around datasets, complete and checked.
import { resolve } from 'node:path';
import { folder } from './check.js';
import { checkKeys } from './keys.js';
import { sent } from './sent.js';
import { complete } from './table/table.js';
import type { CheckOptions, SynthesizeOptions } from './types.js';

export function resolveCheck(given: CheckOptions) {
  checkKeys('data check', given, ['data']);
  return { ...sent('data check', complete('data check', given)), data: folder(given.data) };
}

export function resolveSynthesize(given: SynthesizeOptions) {
  checkKeys('data synthesize', given, ['output']);
  const options = complete('data synthesize', given);
  return { ...sent('data synthesize', options), output: resolve(given.output) };
}
