// Datasets: describe one, find its broken images, make a small one.
import { resolve } from 'node:path';
import { translated } from '../base/errors.js';
import { native } from '../native/addon.js';
import { resolveCheck, resolveSynthesize } from '../options/datasets.js';
import type { CheckOptions, SynthesizeOptions } from '../options/types.js';
import { perform } from '../run/job.js';
import type { DataCheck, DataInfo } from '../types/datasets.js';
import type { Control, ProgressEvent } from '../types/events.js';

/** Layout, images, classes and sizes of the splits. Rejects with `bad_data`. */
export function dataInfo(data: string): Promise<DataInfo> {
  return translated(() => native().dataInfo(resolve(data)));
}

/** Decodes every image of every split and tells which cannot be read. Progress counts images. */
export async function checkData(
  options: CheckOptions,
  control: Control<ProgressEvent> = {},
): Promise<DataCheck> {
  const resolved = resolveCheck(options);
  return perform((onEvent) => native().checkData(resolved, onEvent), control);
}

/** Writes a small learnable dataset of JPEGs: train/CLASS/*.jpg and val/CLASS/*.jpg. */
export async function synthesize(options: SynthesizeOptions): Promise<{ images: number }> {
  const resolved = resolveSynthesize(options);
  return translated(() => native().synthesize(resolved));
}
