// What a line of events.jsonl must be. The file may come from anywhere: what has not the shape that rdm writes is
// no event, so that whoever reads events need not ask.
import { standings, trainings, verdicts } from '../types/choices.js';
import type { LogEntry } from './event-log.js';

/** An event, with the time it arrived. */
export type Logged = LogEntry & { time: string };

/** Whether the value at this place is as it should be. Numbers that JSON does not have are put right. */
type Shape = (value: unknown, holder: Record<string, unknown>, key: string) => boolean;

const text: Shape = (value) => typeof value === 'string';
const flag: Shape = (value) => typeof value === 'boolean';
const count: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const oneOf =
  (...choices: readonly unknown[]): Shape =>
  (value) =>
    choices.includes(value);
const orNull =
  (shape: Shape): Shape =>
  (value, ...place) =>
    value === null || shape(value, ...place);
const optional =
  (shape: Shape): Shape =>
  (value, ...place) =>
    value === undefined || shape(value, ...place);

/** JSON has no NaN and no infinity: they were written as null. */
const number: Shape = (value, holder, key) => {
  if (value === null) holder[key] = Number.NaN;
  return value === null || Number.isFinite(value);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const object =
  (shapes: Record<string, Shape>): Shape =>
  (value) =>
    isObject(value) &&
    Object.entries(shapes).every(([key, shape]) =>
      shape(Object.hasOwn(value, key) ? value[key] : undefined, value, key),
    );

const listOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) &&
    value.every((item, index) =>
      shape(item, value as unknown as Record<string, unknown>, `${index}`),
    );

const numbers = listOf(number);
const texts = listOf(text);

const oneOrSeveral: Shape = (value, ...place) =>
  Array.isArray(value) ? texts(value, ...place) : text(value, ...place);

const meter = object({ value: number, average: number });
const branch = object({
  effectiveRank: number,
  effectiveRankSquared: number,
  topSingularValues: numbers,
  featureStd: number,
});
const place = { epoch: count, step: count };
const accuracy = { epoch: count, images: count, top1: number, top5: number };

const representation = object({
  ...{ images: count, effectiveRank: number, effectiveRankSquared: number },
  top1: orNull(number),
});
const drift = object({
  ...{ rank: number, startRank: number, top1: orNull(number), startTop1: orNull(number) },
});

const lensBranch = object({
  ...{ branch: oneOf('online', 'target'), dim: count, singularValues: numbers },
  ...{ effectiveRank: number, effectiveRankSquared: number },
});
const filter = object({
  ...{ location: oneOf('online', 'target'), singularValues: numbers, gain: numbers },
  ...{ explained: number, sigma: number, fit: number },
});

const shapes: Record<string, Shape> = {
  init: object({ weights: text, kind: text, taken: texts, left: texts }),
  representation: object({ epochs: count, now: representation, start: representation }),
  start: object({
    ...{ command: oneOf(...trainings), method: optional(text), arch: text },
    predictor: optional(object({ type: text, location: text, sigma: optional(number) })),
    ...{ parameters: optional(count), dim: optional(count), device: text, precision: text },
    ...{ classes: count, trainImages: count, valImages: optional(count), stepsPerEpoch: count },
    memory: optional(count),
    statistics: optional(object({ mean: numbers, std: numbers })),
    ...{ epochs: count, startEpoch: count, startStep: count, resumed: orNull(text) },
    ...{
      batchSize: count,
      seed: number,
      threads: count,
      libtorch: text,
      pretrained: optional(text),
    },
  }),
  step: object({
    ...{ ...place, phase: oneOf('train', 'validation'), stepsPerEpoch: count, lr: number },
    ...{ imagesPerSecond: number, batchSeconds: meter, dataSeconds: meter, loss: meter },
    ...{ top1: optional(meter), top5: optional(meter), momentumTop1: optional(meter) },
  }),
  rank: object({ ...place, online: branch, target: branch, difference: number, alignment: number }),
  verdict: object({
    ...{ ...place, verdict: oneOf(...verdicts) },
    evidence: object({
      ...{ measurements: count, onlineRank: number, targetRank: number, difference: number },
      ...{ fullRank: number, energyRank: number, featureStd: number, alignment: number },
      lossChange: orNull(number),
      drift: optional(orNull(drift)),
    }),
  }),
  epoch: object({
    ...{ epoch: count, loss: number, seconds: number, imagesPerSecond: number },
    loaderSeconds: object({ decode: number, augment: number, idle: number }),
  }),
  evaluation: object({ ...accuracy, bestTop1: number, loss: number }),
  knn: object({ ...accuracy, k: count, temperature: number }),
  score: object({ epoch: count, images: count, rankMe: number, alphaReq: number, lidar: number }),
  lens: object({
    ...{ epoch: count, images: count, directions: listOf(count), method: text },
    ...{ branches: listOf(lensBranch), alignment: numbers, filter: orNull(filter) },
  }),
  checkpoint: object({ path: text, epoch: count, best: flag }),
  warning: object({ code: text, message: text }),
  recorded: object({
    ...{ checkpoint: text, arch: optional(text), stem: optional(text), dataset: optional(text) },
    ...{
      stemPadding: optional(count),
      patchSize: optional(count),
      cropSize: optional(count),
      data: optional(oneOrSeveral),
    },
    ...{ classes: optional(text), imagesPerClass: optional(count), images: optional(count) },
    ...{ exclude: optional(texts), fraction: optional(number) },
    ...{ mean: optional(numbers), std: optional(numbers) },
  }),
  weights: object({
    ...{ checkpoint: text, key: orNull(text), passedOver: texts, prefix: text },
    ...{ taken: count, left: texts },
  }),
  sanity_check: object({ checkpoint: text }),
  summary: object({
    ...{ outcome: oneOf('done', 'stopped'), epoch: count, steps: count, checkpoint: orNull(text) },
    ...{
      loss: orNull(number),
      top1: orNull(number),
      top5: orNull(number),
      bestTop1: orNull(number),
    },
    verdict: optional(orNull(oneOf(...standings))),
  }),
};

/** The event that this text is, or undefined. */
export function parseEntry(json: string): Logged | undefined {
  try {
    const entry = JSON.parse(json) as unknown;
    if (!isObject(entry) || !text(entry.time, entry, 'time')) return undefined;
    const { type } = entry;
    const shape =
      typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
    return shape?.(entry, {}, '') ? (entry as unknown as Logged) : undefined;
  } catch {
    return undefined;
  }
}
