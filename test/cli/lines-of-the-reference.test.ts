// The progress lines, character for character as the reference prints them.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { RankEvent, StartEvent, StepEvent } from 'rdm-ssl';
import { knnTable } from '../../dist/cli/commands/knn.js';
import { duration } from '../../dist/cli/output/format.js';
import { lines, rankLine } from '../../dist/cli/output/lines.js';
import { describeResuming, describeSummary, remark } from '../../dist/cli/output/messages.js';
import { liveLine } from '../../dist/cli/output/spinner.js';

const step: StepEvent = {
  type: 'step',
  phase: 'train',
  epoch: 0,
  step: 10,
  stepsPerEpoch: 195,
  lr: 0.1,
  imagesPerSecond: 512.3,
  batchSeconds: { value: 0.512, average: 0.53 },
  dataSeconds: { value: 0.001, average: 0.02 },
  loss: { value: -0.1234, average: -0.11 },
};
const accuracy = { top1: { value: 0, average: 0.1 }, top5: { value: 100, average: 12.345 } };

test('a training step', () => {
  assert.deepEqual(lines(step), [
    'Epoch: [0][ 10/195]\tTime  0.512 ( 0.530)\tData  0.001 ( 0.020)\tLoss -0.1234 (-0.1100)',
  ]);
});

test('a step of the linear classifier, losses as Python writes %.4e', () => {
  const loss = { value: 6.90881, average: 12.5e10 };
  assert.deepEqual(lines({ ...step, ...accuracy, loss, epoch: 3, step: 1, stepsPerEpoch: 9 }), [
    'Epoch: [3][1/9]\tTime  0.512 ( 0.530)\tData  0.001 ( 0.020)' +
      '\tLoss 6.9088e+00 (1.2500e+11)\tAcc@1   0.00 (  0.10)\tAcc@5 100.00 ( 12.35)',
  ]);
});

test('a step of validation', () => {
  const loss = { value: 0.00069, average: 1e-12 };
  assert.deepEqual(lines({ ...step, ...accuracy, loss, phase: 'validation', step: 0 }), [
    'Test: [  0/195]\tTime  0.512 ( 0.530)' +
      '\tLoss 6.9000e-04 (1.0000e-12)\tAcc@1   0.00 (  0.10)\tAcc@5 100.00 ( 12.35)',
  ]);
});

const rank: RankEvent = {
  type: 'rank',
  epoch: 0,
  step: 10,
  online: {
    effectiveRank: 41.2,
    effectiveRankSquared: 20.5,
    topSingularValues: [9.5, 4.25],
    featureStd: 0.934,
  },
  target: {
    effectiveRank: 55.699,
    effectiveRankSquared: 31,
    topSingularValues: [8, 5],
    featureStd: 0.95,
  },
  difference: 14.499,
  alignment: 0.4,
};

test('a measurement of ranks, in the style of a step', () => {
  assert.equal(
    rankLine(rank, 195),
    'Rank: [0][ 10/195]\tonline  41.20\ttarget  55.70\tdifference +14.50\tstd 0.93/0.95',
  );
  const { online, target } = rank;
  const reversed = { ...rank, online: target, target: online, difference: -14.499 };
  assert.match(
    rankLine(reversed, 9),
    /^Rank: \[0\]\[10\/9\].*\tdifference -14.50\tstd 0.95\/0.93$/,
  );
});

test('an evaluation', () => {
  const figures = { images: 50000, top1: 67.9012, top5: 87.8, bestTop1: 68, loss: 1.4 };
  assert.deepEqual(lines({ type: 'evaluation', epoch: 0, ...figures }), [
    ' * Acc@1 67.901 Acc@5 87.800',
  ]);
});

test('an accuracy by nearest neighbours', () => {
  const figures = { images: 50000, k: 20, temperature: 0.07, top1: 36.0512, top5: 70.1 };
  assert.deepEqual(lines({ type: 'knn', epoch: 0, ...figures }), [
    ' * kNN@1 36.051 kNN@5 70.100 (k 20)',
  ]);
});

const start: StartEvent = {
  type: 'start',
  command: 'lincls',
  arch: 'resnet18',
  parameters: 11_181_642,
  device: 'cpu',
  precision: 'bf16',
  classes: 10,
  trainImages: 5000,
  valImages: 1000,
  stepsPerEpoch: 39,
  epochs: 3,
  startEpoch: 0,
  startStep: 0,
  resumed: null,
  batchSize: 128,
  processes: 1,
  seed: 0,
  threads: 2,
  libtorch: '2.13.0',
  pretrained: 'checkpoint_0002.pth.tar',
};

test('the start of linear evaluation', () => {
  assert.deepEqual(lines(start), [
    "=> creating model 'resnet18'",
    "=> loading checkpoint 'checkpoint_0002.pth.tar'",
    "=> loaded pre-trained model 'checkpoint_0002.pth.tar'",
  ]);
  assert.equal(
    remark(start)?.[0],
    '11.2 M parameters, cpu, bf16, 2 threads, 5000 training images, 1000 validation images, ' +
      '10 classes, 39 steps an epoch',
  );
});

test('the start names method, predictor, branch and sigma', () => {
  const said = (predictor: StartEvent['predictor']) =>
    remark({ ...start, method: 'simsiam', ...(predictor && { predictor }) })?.[0];
  assert.match(
    said({ type: 'poly', location: 'online', sigma: 2 }) ?? '',
    /^simsiam, poly 2 on the online branch, /,
  );
  assert.match(
    said({ type: 'poly', location: 'target', sigma: -1 }) ?? '',
    /^simsiam, poly -1 on the target, /,
  );
  assert.match(
    said({ type: 'mlp', location: 'online' }) ?? '',
    /^simsiam, a learnable predictor on the online branch, /,
  );
});

test('one of a kind is counted as one', () => {
  const one = { ...start, threads: 1, trainImages: 1, valImages: 1, classes: 1, stepsPerEpoch: 1 };
  assert.deepEqual(remark(one), [
    '11.2 M parameters, cpu, bf16, 1 thread, 1 training image, 1 validation image, 1 class, 1 step an epoch',
  ]);
});

test('a run ends with its last checkpoint and its best accuracy', () => {
  const rest = { epoch: 1, steps: 9, loss: 1, top1: 20, top5: 60 };
  const done = { outcome: 'done', checkpoint: 'c.pth.tar', ...rest } as const;
  assert.equal(
    describeSummary({ ...done, bestTop1: 21.307 }),
    'done; the last checkpoint is c.pth.tar; the best top-1 21.31 %',
  );
  assert.equal(
    describeSummary({ ...done, outcome: 'stopped', bestTop1: null }),
    'stopped; the last checkpoint is c.pth.tar',
  );
});

test('the line to go on with is one that a shell reads back', () => {
  assert.equal(
    describeResuming(['pretrain', '--output', "it's", '/data', '--resume', 'auto']),
    String.raw`to go on: rdm pretrain --output 'it'\''s' /data --resume auto`,
  );
});

test('what was taken from a checkpoint is said', () => {
  assert.equal(
    remark({
      type: 'recorded',
      checkpoint: 'c.pth.tar',
      arch: 'resnet18',
      cropSize: 32,
      data: '/d',
    })?.[0],
    'as c.pth.tar records: architecture resnet18, crop size 32, data folder /d',
  );
  assert.equal(
    remark({
      type: 'recorded',
      checkpoint: 'c.pth.tar',
      stem: 'cifar',
      stemPadding: 2,
      dataset: 'cifar10',
    })?.[0],
    'as c.pth.tar records: cifar stem, padding 2, dataset cifar10',
  );
});

/** A moment at which the step has just been told, on a wide terminal. */
const now = { epochs: 2, seconds: 0 };
const wide = 200;

test('the live line tells epoch, step, loss, rate, speed and time left', () => {
  assert.equal(
    liveLine({ ...now, step }, wide),
    'epoch 1/2  step 11/195  loss -0.1100  lr 0.100  512 images/s  3 m 21 s left',
  );
  assert.equal(
    liveLine({ ...now, step: { ...step, phase: 'validation' } }, wide),
    'validation after epoch 1/2  step 11/195  loss -0.1100  512 images/s  1 m 38 s left',
  );
});

test('the live line of training shows the latest ranks, online to target', () => {
  assert.equal(
    liveLine({ ...now, step, rank }, wide),
    'epoch 1/2  step 11/195  loss -0.1100  rank 41.2 → 55.7 (+14.5)  lr 0.100  512 images/s  3 m 21 s left',
  );
  assert.doesNotMatch(
    liveLine({ ...now, step: { ...step, phase: 'validation' }, rank }, wide),
    /rank/,
  );
});

test('the time left falls between two steps', () => {
  const later = (seconds: number) =>
    liveLine({ ...now, step, seconds }, wide)
      .split('  ')
      .at(-1);
  assert.deepEqual([1, 60, 1000].map(later), ['3 m 20 s left', '2 m 21 s left', '0 s left']);
});

test('a narrow terminal gets a line that fits: position and time left stay longest', () => {
  const top1 = { value: 31.25, average: 30.1 };
  const moment = { epochs: 800, seconds: 0, step: { ...step, top1, epoch: 99 }, rank };
  const widths: [number, string][] = [
    [120, 'loss -0.1100  acc 30.1 %  rank 41.2 → 55.7 (+14.5)  lr 0.100  512 images/s  '],
    [110, 'loss -0.1100  acc 30.1 %  rank 41.2 → 55.7 (+14.5)  512 images/s  '],
    [100, 'loss -0.1100  acc 30.1 %  rank 41.2 → 55.7 (+14.5)  '],
    [80, 'loss -0.1100  acc 30.1 %  rank +14.5  '],
    [77, 'loss -0.1100  rank +14.5  '],
    [60, 'loss -0.1100  '],
    [50, ''],
  ];
  for (const [width, middle] of widths) {
    const line = liveLine(moment, width);
    assert.equal(line, `epoch 100/800  step 11/195  ${middle}20 h 7 m left`);
    assert.ok(line.length <= width);
  }
  assert.equal(liveLine(moment, 20), 'epoch 100/800  step ');
});

test('the accuracy of an online classifier is shown with the loss', () => {
  const top1 = { value: 31.25, average: 30.1 };
  assert.equal(
    liveLine({ ...now, step: { ...step, top1 } }, wide),
    'epoch 1/2  step 11/195  loss -0.1100  acc 30.1 %  lr 0.100  512 images/s  3 m 21 s left',
  );
  const [line] = lines({ ...step, top1, momentumTop1: { value: 25, average: 12.5 } });
  assert.match(line ?? '', /\tAcc@1 {2}31.25 \( 30.10\)\tMomentum Acc@1 {2}25.00 \( 12.50\)$/);
});

test('accuracies of neighbours stand below each other', () => {
  const vote = { k: 20, temperature: 0.07, distance: 'cosine', top1: 9.005, top5: 100 } as const;
  assert.equal(
    knnTable([vote, { ...vote, distance: 'euclidean', k: 200, top1: 61.5 }]).join('\n'),
    'distance   k    temperature  top-1 %  top-5 %\n' +
      'cosine     20   0.07            9.01   100.00\n' +
      'euclidean  200  -              61.50   100.00',
  );
});

test('durations in the two largest units', () => {
  const samples = [0.4, 59.6, 3599, 3600, 90061].map(duration);
  assert.deepEqual(samples, ['0 s', '1 m 0 s', '59 m 59 s', '1 h 0 m', '1 d 1 h']);
});
