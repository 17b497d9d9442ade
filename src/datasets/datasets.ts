// Datasets: describe one, find its broken images, measure it.
import { translated } from '../base/errors.js';
import { native } from '../native/addon.js';
import { type Places, places } from '../options/check.js';
import { checkKeys } from '../options/keys.js';
import { fromAnywhere, sent } from '../options/sent.js';
import { complete } from '../options/table/table.js';
import type { CheckOptions, StatsOptions } from '../options/types.js';
import { perform } from '../run/job.js';
import type { DataCheck, DataInfo, DataStats } from '../types/datasets.js';
import type { Control, ProgressEvent } from '../types/events.js';

/** Layout, images, classes and sizes of the splits. Rejects with `bad_data`. */
export function dataInfo(data: Places): Promise<DataInfo> {
  return translated(() => native().dataInfo(places(data)));
}

/** Decodes every image of every split and tells which cannot be read. Progress counts images. */
export async function checkData(
  options: CheckOptions,
  control: Control<ProgressEvent> = {},
): Promise<DataCheck> {
  checkKeys('data check', options, ['data']);
  const wanted = sent('data check', complete('data check', options));
  const resolved = { ...wanted, data: places(options.data) };
  return perform((onEvent) => native().checkData(resolved, onEvent), control);
}

/** Mean and deviation of the training images' channels: `mean` and `std` of a run. Progress counts images. */
export async function dataStats(
  options: StatsOptions,
  control: Control<ProgressEvent> = {},
): Promise<DataStats> {
  checkKeys('data stats', options, ['data']);
  const wanted = sent('data stats', complete('data stats', options));
  const exclude = wanted.exclude.map(fromAnywhere);
  const resolved = { ...wanted, exclude, data: places(options.data) };
  return perform((onEvent) => native().dataStats(resolved, onEvent), control);
}
