// rdm finetune --seeds: one run after the other, and what they come to.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { acrossSeeds, hashTensors, pretrain } from 'rdm-ssl';
import { asLines, start, summary } from '../support/events.js';
import { nightly } from '../support/every-run.js';
import { dataset, scratch } from '../support/folders.js';
import { freePort, placed } from '../support/processes.js';
import { rdm } from '../support/rdm.js';

let data: string;
let pretrained: string;
before(async () => {
  data = await dataset();
  const { checkpoint } = await pretrain({
    ...{ data, output: scratch(), arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1 },
    ...{ workers: 2, cropSize: 32, batchSize: 16, dim: 16, predDim: 8 },
  });
  assert.ok(checkpoint);
  pretrained = checkpoint;
});

const tuned = (output: string, ...more: string[]) => [
  ...['finetune', pretrained, '-b', '8', '--epochs', '1', '-j', '2', '--device', 'cpu'],
  ...['--labels-per-class', '2', '--output', output, ...more],
];

const weights = async (folder: string) => hashTensors(join(folder, 'checkpoint.pth.tar'));

test('runs from --seed on, each what it would be alone, and a table of them', async () => {
  const output = scratch();
  const { code, stdout, stderr } = await rdm(tuned(output, '--seed', '4', '--seeds', '2'));
  assert.equal(code, 0, stderr);
  const alone = scratch();
  await rdm(tuned(alone, '--seed', '5'));
  assert.deepEqual(await weights(join(output, 'seed-5')), await weights(alone));
  assert.notDeepEqual(await weights(join(output, 'seed-4')), await weights(alone));
  const [heading, four, five, mean, deviation] = stdout.trimEnd().split('\n').slice(-5);
  assert.match(heading ?? '', /^seed +top-1 % +top-5 % +best top-1 %$/);
  const first = (line = '') => Number(line.trim().split(/ +/)[1]);
  assert.match(four ?? '', /^4 /);
  assert.match(five ?? '', /^5 /);
  const [a, b] = [first(four), first(five)];
  assert.match(mean ?? '', /^mean /);
  assert.ok(Math.abs(first(mean) - (a + b) / 2) <= 0.01);
  assert.ok(Math.abs(first(deviation) - Math.abs(a - b) / Math.SQRT2) <= 0.01);
  const again = await rdm(
    tuned(output, '--seed', '4', '--seeds', '2', '--resume', 'auto', '--json'),
  );
  assert.equal(again.code, 0, again.stderr);
  const { type, runs } = JSON.parse(again.stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.deepEqual([type, runs.length], ['seeds', 2]);
  assert.ok(Math.abs(runs[0].top1 - a) <= 0.01);
});

test('with several processes each run has its own', {
  skip: nightly,
  timeout: 240_000,
}, async () => {
  const output = scratch();
  const line = tuned(output, '--seeds', '2', '--nproc-per-node', '2', '--json', data);
  const { code, stdout, stderr } = await rdm(line);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').filter(Boolean);
  const starts = lines.map((text) => JSON.parse(text)).filter(({ type }) => type === 'start');
  assert.deepEqual(
    starts.map(({ seed, processes }) => [seed, processes]),
    [
      [0, 2],
      [1, 2],
    ],
  );
  assert.equal(JSON.parse(lines.at(-1) ?? '').runs.length, 2);
  const env = placed(0, 2, await freePort());
  const started = await rdm(tuned(scratch(), '--seeds', '2', data), { env });
  assert.equal(started.code, 2);
  assert.match(
    started.stderr,
    /^rdm: --seeds makes one run after the other, and this process is one of several of a run$/m,
  );
});

test('the mean and the deviation are those of a sample', () => {
  const folders = [41, 43, 48].map((top1, seed) => {
    const folder = join(scratch(), `${seed}`);
    mkdirSync(folder);
    const evaluation = { time: summary.time, type: 'evaluation', epoch: 0, images: 9, loss: 1 };
    const events = [
      { ...start, command: 'finetune', seed },
      { ...evaluation, top1: 90, top5: 95, bestTop1: 90 },
      { ...evaluation, epoch: 1, top1, top5: 80, bestTop1: 90 },
      summary,
    ];
    writeFileSync(join(folder, 'events.jsonl'), asLines(events));
    return folder;
  });
  const { runs, top1, top5 } = acrossSeeds(folders);
  assert.deepEqual(
    runs.map(({ seed, bestTop1 }) => [seed, bestTop1]),
    [
      [0, 90],
      [1, 90],
      [2, 90],
    ],
  );
  assert.equal(top1.mean, 44);
  assert.ok(Math.abs((top1.deviation ?? 0) - Math.sqrt(13)) < 1e-12); // (9 + 1 + 16) / 2
  assert.deepEqual(top5, { mean: 80, deviation: 0 });
  assert.equal(acrossSeeds(folders.slice(0, 1)).top1.deviation, null);
});
