// A run's events.jsonl written by hand, with numbers that a test can know.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RankEvent, StartEvent, StepEvent } from 'rdm-ssl';
import { scratch } from './folders.js';

const time = (second: number) => new Date(Date.UTC(2026, 0, 1) + 1000 * second).toISOString();

export const start: StartEvent & { time: string } = {
  time: time(0),
  type: 'start',
  command: 'pretrain',
  method: 'simsiam',
  arch: 'resnet18',
  device: 'cpu',
  precision: 'fp32',
  classes: 10,
  trainImages: 100,
  stepsPerEpoch: 4,
  epochs: 3,
  startEpoch: 0,
  startStep: 0,
  resumed: null,
  batchSize: 25,
  processes: 1,
  seed: 0,
  threads: 2,
  libtorch: '2.13.0',
};

const meter = (value: number) => ({ value, average: value });

export const step = (epoch: number, at: number, loss: number): StepEvent & { time: string } => ({
  time: time(1 + 4 * epoch + at),
  type: 'step',
  phase: 'train',
  epoch,
  step: at,
  stepsPerEpoch: start.stepsPerEpoch,
  lr: 0.1,
  imagesPerSecond: 50,
  batchSeconds: meter(0.5),
  dataSeconds: meter(0.125),
  loss: meter(loss),
});

export const rank = (
  epoch: number,
  at: number,
  online: number,
  target: number,
): RankEvent & { time: string } => ({
  time: time(1 + 4 * epoch + at),
  type: 'rank',
  epoch,
  step: at,
  online: branch(online),
  target: branch(target),
  difference: target - online,
  alignment: 0.5,
});

const branch = (effectiveRank: number) => ({
  effectiveRank,
  effectiveRankSquared: effectiveRank / 2,
  topSingularValues: [8, 4, 2],
  featureStd: 0.9,
});

export const epochEnd = (epoch: number, loss: number) => ({
  time: time(4 + 4 * epoch),
  type: 'epoch',
  epoch,
  loss,
  seconds: 2,
  imagesPerSecond: 50,
  loaderSeconds: { decode: 1, augment: 1, idle: 2 },
});

export const evaluation = (epoch: number, top1: number) => ({
  time: time(4 + 4 * epoch),
  type: 'evaluation',
  epoch,
  images: 100,
  top1,
  top5: 2 * top1,
  bestTop1: top1,
  loss: 1,
});

export const summary = {
  time: time(20),
  type: 'summary',
  outcome: 'done',
  epoch: 3,
  steps: 12,
  checkpoint: null,
  loss: -0.9,
  top1: null,
  top5: null,
  bestTop1: null,
};

/** Three epochs whose losses fall from 0 by a tenth a step, and whose ranks are 10 and 20 throughout. */
export const wholeRun: object[] = [
  start,
  ...[0, 1, 2].flatMap((epoch) => [
    ...[0, 1, 2, 3].flatMap((at) => [
      step(epoch, at, -(4 * epoch + at) / 10),
      rank(epoch, at, 10, 20),
    ]),
    epochEnd(epoch, -epoch / 10),
    evaluation(epoch, 30 + epoch),
  ]),
  summary,
];

/** A folder of this name that holds these lines: events, or texts as they are. */
export function runFolder(lines: (object | string)[], name = 'run'): string {
  const folder = join(scratch(), name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'events.jsonl'), asLines(lines));
  return folder;
}

export const asLines = (lines: (object | string)[]): string =>
  lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join('');
