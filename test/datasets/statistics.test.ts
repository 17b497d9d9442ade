// What pixels are normalised with: measured, given, recorded, and taken from the record.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  dataStats,
  type Event,
  type FeatureEvent,
  features,
  inspectCheckpoint,
  type PretrainOptions,
  pretrain,
} from 'rdm-ssl';
import { dataset, quick, scratch, small } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
before(async () => {
  data = await dataset();
});

/** A file of PPM: `pixels` are its rows, red, green and blue after one another. */
function picture(folder: string, name: string, width: number, pixels: number[]): void {
  mkdirSync(folder, { recursive: true });
  const header = Buffer.from(`P6\n${width} ${pixels.length / 3 / width}\n255\n`);
  writeFileSync(join(folder, name), Buffer.concat([header, Buffer.from(pixels)]));
}

/** Two images of different sizes: half white, half black; and eight pixels of one colour. */
function two(): string {
  const folder = scratch();
  picture(folder, 'a.ppm', 2, [0, 0, 0, 255, 255, 255]);
  picture(folder, 'b.ppm', 4, Array.from({ length: 8 }, () => [255, 51, 102]).flat());
  return folder;
}

test('mean and deviation of channels are what they are on paper, an image as much as another', async () => {
  const found = await dataStats({ data: two() });
  // Of the images: means 0.5 and c, mean squares 0.5 and c².
  const expected = [1, 0.2, 0.4].map((c) => {
    const mean = (0.5 + c) / 2;
    return { mean, std: Math.sqrt((0.5 + c * c) / 2 - mean * mean) };
  });
  for (const [channel, { mean, std }] of expected.entries()) {
    assert.ok(Math.abs((found.mean?.[channel] ?? 0) - mean) < 1e-12);
    assert.ok(Math.abs((found.std?.[channel] ?? 0) - std) < 1e-12);
  }
  const { images, of, bad, stopped } = found;
  assert.deepEqual({ images, of, bad, stopped }, { images: 2, of: 2, bad: 0, stopped: false });
});

test('the flags to use are printed; a bad image is counted, and no good one refused', async () => {
  const folder = two();
  const { stdout, stderr, code } = await rdm(['data', 'stats', folder]);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '--mean 0.7500,0.3500,0.4500 --std 0.4330,0.3841,0.3571\n');
  assert.equal(stderr, 'rdm: of 2 of 2 images\n');
  writeFileSync(join(folder, 'c.jpg'), 'x');
  const beside = await rdm(['data', 'stats', folder]);
  assert.equal(beside.stdout, stdout);
  assert.equal(beside.stderr, 'rdm: of 2 of 3 images, 1 cannot be decoded\n');
  const refused = await rdm(['data', 'stats', '--exclude', '*.ppm', folder]);
  assert.equal(refused.code, 1);
  assert.equal(
    refused.stderr,
    `rdm: none of the images of ${folder} can be decoded\n     rdm data check says why\n`,
  );
});

test('any number of workers finds the same, of all images or of a sample', async () => {
  const all = await dataStats({ data, workers: 1 });
  assert.deepEqual(await dataStats({ data, workers: 3, images: 0 }), all);
  const { stdout } = await rdm(['data', 'stats', '--json', '--images', '20', data]);
  const some = JSON.parse(stdout) as typeof all;
  assert.deepEqual([some.images, some.of], [20, 50]);
  assert.notDeepEqual(some.mean, all.mean);
  assert.deepEqual(some, await dataStats({ data, images: 20 }));
});

const run = (): PretrainOptions => ({
  ...{ data, output: scratch(), ...quick, batchSize: 16 },
  ...{ dim: 64, predDim: 32, epochs: 1, workers: 2, seed: 3, device: 'cpu' },
});

const mean: [number, number, number] = [0.7, 0.35, 0.45];
const std: [number, number, number] = [0.4, 0.3, 0.25];

test('a checkpoint records them, and is shown other images with them', async () => {
  const events: Event[] = [];
  const onEvent = (event: Event) => events.push(event);
  const { checkpoint = '' } = await pretrain({ ...run(), mean, std }, { onEvent });
  assert.ok(checkpoint);
  const start = events.find((event) => event.type === 'start');
  assert.deepEqual(start?.statistics, { mean, std });
  const { rdm: record } = await inspectCheckpoint(checkpoint);
  assert.deepEqual(record?.statistics, { mean, std });

  const other = await dataset();
  const seen = async (given: object) => {
    const told: FeatureEvent[] = [];
    const options = { checkpoint, data: other, output: scratch(), workers: 1, device: 'cpu' };
    const { features: matrix } = await features(
      { ...options, ...given, device: 'cpu' },
      {
        onEvent: (event) => told.push(event),
      },
    );
    return { matrix, recorded: told.find((event) => event.type === 'recorded') };
  };
  const taken = await seen({});
  assert.deepEqual([taken.recorded?.mean, taken.recorded?.std], [mean, std]);
  assert.deepEqual(taken.matrix, (await seen({ mean, std })).matrix);
  // What is said counts more than the record, and the name of a dataset is said.
  const imagenet = await seen({ dataset: 'imagenet' });
  assert.equal(imagenet.recorded?.mean, undefined);
  assert.notDeepEqual(imagenet.matrix, taken.matrix);
  const same = await seen({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  assert.deepEqual(same.matrix, imagenet.matrix);
});

test('a run says which where they are not the dataset’s, and one that is resumed has the same', async () => {
  const output = scratch();
  const line = [...small, '--epochs', '1', '--output', output, data];
  const plain = await rdm(['pretrain', ...line]);
  assert.equal(plain.code, 0, plain.stderr);
  assert.doesNotMatch(plain.stderr, /mean/);
  const { rdm: record } = await inspectCheckpoint(join(output, 'checkpoint_0000.pth.tar'));
  assert.deepEqual(record?.statistics, { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  const flags = ['--mean', mean.join(','), '--overwrite'];
  const given = await rdm(['pretrain', ...flags, ...line]);
  assert.equal(given.code, 0, given.stderr);
  assert.match(given.stderr, /, mean 0\.7,0\.35,0\.45, std 0\.229,0\.224,0\.225/);
  const resumed = [
    'pretrain',
    ...line,
    '--epochs',
    '2',
    '--resume',
    'auto',
    '--mean',
    '0.1,0.1,0.1',
  ];
  const refused = await rdm(resumed);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /--mean \[0\.7, 0\.35, 0\.45\] there, \[0\.1, 0\.1, 0\.1\] here/);
  const knn = ['knn', '--pretrained', join(output, 'checkpoint_0000.pth.tar'), '-j', '1'];
  const shown = await rdm([...knn, '--output', scratch(), await dataset()]);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stderr, /, mean 0\.7,0\.35,0\.45, std 0\.229,0\.224,0\.225\n/);
});

test('what is no mean, and no deviation', async () => {
  const refused = async (flag: string, value: string) =>
    (await rdm(['pretrain', data, flag, value, '--output', scratch()])).stderr.split('\n')[0];
  assert.equal(
    await refused('--mean', '0.5,0.5,1.5'),
    "rdm: --mean's blue must be a number from 0 to 1, not 1.5",
  );
  assert.equal(
    await refused('--std', '0,1,1'),
    "rdm: --std's red must be a number above 0 and at most 1, not 0",
  );
});
