// rdm knn from end to end on a pretrained checkpoint of a few small JPEGs.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { type KnnEvent, type KnnOptions, knn, pretrain } from 'rdm-ssl';
import { dataset, large, scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
let pretrained: string;
before(async () => {
  data = await dataset();
  const sizes = { cropSize: 32, batchSize: 16, dim: 64, predDim: 32, imagesPerClass: 4 };
  const run = { arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 } as const;
  const { checkpoint } = await pretrain({ data, output: scratch(), ...run, ...sizes });
  assert.ok(checkpoint);
  pretrained = checkpoint;
});

const options = (): KnnOptions => ({ pretrained, output: scratch(), workers: 2, device: 'cpu' });

async function collect(given: KnnOptions, signal?: AbortSignal) {
  const events: KnnEvent[] = [];
  const summary = await knn(given, { onEvent: (event) => events.push(event), signal });
  const only = <Type extends KnnEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<KnnEvent, { type: Type }> => event.type === type);
  return { summary, only };
}

const flags = ['-j', '2', '--device', 'cpu'];

test('a table on stdout, a row for each way of voting; the conversation on stderr', async () => {
  const votes = ['--k', '1,20', '--temperature', '0.07,0.5', '--distance', 'cosine,euclidean'];
  const { code, stdout, stderr } = await rdm([
    'knn',
    ...flags,
    ...votes,
    '--pretrained',
    pretrained,
  ]);
  assert.equal(code, 0, stderr);
  const taken = `architecture resnet18, crop size 32, data folder ${data}, 4 images per class`;
  assert.equal(
    stderr,
    `rdm: as ${pretrained} records: ${taken}\n` +
      'rdm: 20 validation images by their nearest of 40 training images\n',
  );
  const [heading, ...rows] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  assert.deepEqual(heading, ['distance', 'k', 'temperature', 'top-1 %', 'top-5 %']);
  assert.deepEqual(
    rows.map((cells) => cells.slice(0, 3)),
    [
      ['cosine', '1', '0.07'],
      ['cosine', '1', '0.5'],
      ['cosine', '20', '0.07'],
      ['cosine', '20', '0.5'],
      ['euclidean', '1', '-'],
      ['euclidean', '20', '-'],
    ],
  );
  const [one = [], other = []] = rows;
  assert.deepEqual(one.slice(3), other.slice(3)); // a single vote decides, whatever it weighs
});

test('--json prints events and the result, which is the same every time', async () => {
  const { code, stdout, stderr } = await rdm([
    'knn',
    ...flags,
    ...['--json', '--k', '5,3', '--pretrained', pretrained],
  ]);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const printed = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  const { summary, only } = await collect({ ...options(), k: [5, 3] });
  assert.deepEqual(printed, [
    ...only('recorded'),
    { type: 'progress', done: 40, total: 60 },
    { type: 'progress', done: 60, total: 60 },
    { type: 'summary', ...summary },
  ]);
  const { results, ...counts } = summary;
  const places = [{ place: data, layout: 'folder', images: 50 }];
  assert.deepEqual(counts, { outcome: 'done', places, trainImages: 40, valImages: 20 });
  assert.deepEqual(
    results.map(({ k, temperature, distance }) => ({ k, temperature, distance })),
    [5, 3].map((k) => ({ k, temperature: 0.07, distance: 'cosine' })),
  );
  for (const { top1, top5 } of results) {
    assert.ok(top1 >= 0 && top1 <= top5 && top5 <= 100);
    assert.ok(Math.abs(top1 / 5 - Math.round(top1 / 5)) < 1e-9, String(top1)); // of 20 images
  }
});

test('an image is its own nearest neighbour, with any number of workers', async () => {
  const same = join(scratch(), 'same');
  for (const split of ['train', 'val']) {
    cpSync(join(data, 'train'), join(same, split), { recursive: true });
  }
  const given: KnnOptions = { ...options(), data: same, k: [1], distance: ['cosine', 'euclidean'] };
  for (const workers of [1, 3]) {
    const { summary, only } = await collect({ ...given, workers });
    assert.deepEqual([summary.trainImages, summary.valImages], [50, 50]);
    assert.deepEqual(
      summary.results.map(({ top1 }) => top1),
      [100, 100],
    );
    const [recorded] = only('recorded');
    assert.deepEqual([recorded?.data, recorded?.imagesPerClass], [undefined, undefined]);
  }
});

test('a part of each class is taken where it is asked for', async () => {
  const { summary } = await collect({ ...options(), imagesPerClass: 2, valImagesPerClass: 1 });
  assert.deepEqual([summary.trainImages, summary.valImages], [20, 10]);
});

test('without a checkpoint the weights are random: a warning, and the same ones every time', async () => {
  const given = {
    ...options(),
    pretrained: undefined,
    data,
    arch: 'resnet18',
    cropSize: 32,
  } as const;
  const first = await collect(given);
  assert.deepEqual(
    first.only('warning').map(({ code }) => code),
    ['random_backbone'],
  );
  assert.deepEqual((await collect(given)).summary, first.summary);
});

const refused: [what: string, flags: () => string[], stderr: RegExp][] = [
  [
    'another architecture than the checkpoint',
    () => ['-a', 'resnet34', '--pretrained', pretrained],
    /^rdm: .*checkpoint_0000.pth.tar holds a resnet18, not a resnet34\n.*resnet18/,
  ],
  [
    'a folder that is not there',
    () => ['--pretrained', pretrained, join(data, 'nowhere')],
    /^rdm: no such folder: .*nowhere\n.*DIR\/train\/CLASS/m,
  ],
  [
    'a folder without validation images',
    () => {
      const folder = join(scratch(), 'data');
      cpSync(join(data, 'train'), join(folder, 'train'), { recursive: true });
      return ['--pretrained', pretrained, folder];
    },
    /^rdm: no folder `val` in the dataset: .*\n.*DIR\/val\/CLASS/m,
  ],
];

for (const [what, given, stderr] of refused) {
  test(`${what} is refused`, async () => {
    const result = await rdm(['knn', ...flags, ...given()]);
    assert.equal(result.code, 1);
    assert.equal(result.stdout, '');
    assert.match(result.stderr, stderr);
  });
}

test('more neighbours than there are training images are refused as wrong usage', async () => {
  const votes = ['--k', '20,41', '--pretrained', pretrained];
  const { code, stdout, stderr } = await rdm(['knn', ...flags, ...votes]);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^rdm: --k 41 is more than the 40 training images\n +a smaller --k, or/m);
});

test('an aborted job resolves as stopped, without results', { timeout: 60_000 }, async () => {
  const { summary } = await collect({ ...options(), valBatchSize: 1 }, AbortSignal.abort());
  const places = [{ place: data, layout: 'folder', images: 50 }];
  const counts = { trainImages: 40, valImages: 20 };
  assert.deepEqual(summary, { outcome: 'stopped', places, ...counts, results: [] });
});

test('SIGINT exits 130 without a table', { timeout: 60_000 }, async () => {
  const folder = await large();
  const [name = ''] = readdirSync(join(folder, 'train'));
  const [image = ''] = readdirSync(join(folder, 'train', name));
  mkdirSync(join(folder, 'val', name), { recursive: true });
  cpSync(join(folder, 'train', name, image), join(folder, 'val', name, image));
  const network = ['-a', 'resnet18', '--crop-size', '32', '--decode', 'fast', '--json'];
  const { code, stdout, stderr } = await rdm(['knn', ...flags, ...network, folder], {
    onStdout: (child, text) => {
      if (text.includes('"progress"') && !child.killed) child.kill('SIGINT');
    },
  });
  assert.equal(code, 130, stderr);
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as object;
  assert.deepEqual(last, {
    type: 'summary',
    outcome: 'stopped',
    places: [{ place: folder, layout: 'folder', images: 2000 }],
    trainImages: 2000,
    valImages: 1,
    results: [],
  });
});
