// A classifier on a checkpoint's features.
import { type FlatProbe, native } from '../native/addon.js';
import { checkKeys } from '../options/keys.js';
import { resolveProbe } from '../options/looking.js';
import type { ProbeOptions } from '../options/types.js';
import type { Control, FeatureEvent } from '../types/events.js';
import type { ProbeSummary } from '../types/results.js';
import { takeOver } from './checkpoints.js';
import { examine } from './jobs.js';

/**
 * Fits a multinomial logistic regression to a checkpoint's features of the training images, whose strength is chosen on
 * a part of them, and judges it by the validation images. Progress counts images. With `save` the classifier is kept.
 */
export async function probe(
  options: ProbeOptions,
  control: Control<FeatureEvent> = {},
): Promise<ProbeSummary> {
  checkKeys('probe', options, ['checkpoint', 'data']);
  const { options: complete, told } = await takeOver(options, options.checkpoint);
  const resolved = resolveProbe(complete);
  const { result, ...found } = await examine<FlatProbe>(resolved, told, control, (onEvent) =>
    native().probe(resolved, onEvent),
  );
  if (!result) return { ...found, result };
  const { length } = found.classes;
  const rows = found.classes.map((_, row) =>
    result.confusion.slice(row * length, (row + 1) * length),
  );
  return { ...found, result: { ...result, confusion: rows } };
}
