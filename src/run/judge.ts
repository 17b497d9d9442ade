// A classifier on a checkpoint's features: fitted, and asked.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type FlatPredictions, type FlatProbe, native } from '../native/addon.js';
import { type Places, toList } from '../options/check.js';
import { checkKeys } from '../options/keys.js';
import { resolvePredict, resolveProbe } from '../options/looking.js';
import type { PredictOptions, ProbeOptions } from '../options/types.js';
import type { Control, FeatureEvent } from '../types/events.js';
import type { PredictSummary, ProbeSummary } from '../types/results.js';
import { inspectCheckpoint, namesIn, takeOver } from './checkpoints.js';
import { examine, ofAll } from './jobs.js';

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

/** The likeliest classes of images, by a checkpoint that has a classifier. Progress counts images. */
export async function predict(
  options: PredictOptions,
  control: Control<FeatureEvent> = {},
): Promise<PredictSummary> {
  checkKeys('predict', options, ['checkpoint', 'data']);
  const { rdm } = await inspectCheckpoint(options.checkpoint);
  return withPictures(options.data, async (data) => {
    const given = { ...ofAll(options), data };
    const { options: complete, told } = await takeOver(given, options.checkpoint);
    const resolved = resolvePredict(complete);
    const found = await examine<FlatPredictions>(resolved, told, control, (onEvent) =>
      native().predict(resolved, onEvent),
    );
    return named(found, namesIn(rdm, found.outputs) ?? numbers(found.outputs));
  });
}

const picture = /\.(jpe?g|png|ppm|pgm|bmp|tiff?|webp)$/i;

/** Image files among the places become a list, which is a place. */
async function withPictures<Result>(
  given: Places | undefined,
  work: (data: string[]) => Promise<Result>,
): Promise<Result> {
  const all = toList(given);
  const pictures = all.filter((path) => picture.test(path));
  if (pictures.length === 0) return work(all);
  const folder = mkdtempSync(join(tmpdir(), 'rdm-predict-'));
  try {
    const list = join(folder, 'pictures.txt');
    writeFileSync(list, pictures.map((path) => `${resolve(path)}\n`).join(''));
    return await work([list, ...all.filter((path) => !picture.test(path))]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(at));

function named(
  { outcome, images, paths, top, classes, probabilities }: FlatPredictions,
  names: string[],
): PredictSummary {
  const done = top > 0 ? classes.length / top : 0;
  const predictions = paths.slice(0, done).map((path, image) => ({
    path,
    classes: Array.from({ length: top }, (_, rank) => image * top + rank).flatMap((at) => {
      const name = names[classes[at] ?? -1];
      return name === undefined ? [] : [{ name, probability: probabilities[at] ?? 0 }];
    }),
  }));
  return { outcome, images, classes: names, predictions };
}
