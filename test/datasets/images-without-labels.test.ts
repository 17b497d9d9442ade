// Images without labels: a folder of them at any depth is pretrained on, looked at and checked like any dataset.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  checkData,
  dataInfo,
  map as drawMap,
  hashTensors,
  mapSvg,
  type PretrainOptions,
  pretrain,
  spectrum,
} from 'rdm-ssl';
import { dataset, quick, scratch, small } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
let photos: string;
let flat: string; // without folders, which could be classes
before(async () => {
  data = await dataset();
  photos = join(scratch(), 'photos'); // the same images in the same order
  cpSync(join(data, 'train'), photos, { recursive: true });
  flat = join(scratch(), 'flat');
  mkdirSync(flat);
  for (const name of readdirSync(photos)) {
    for (const file of readdirSync(join(photos, name))) {
      cpSync(join(photos, name, file), join(flat, `${name}-${file}`));
    }
  }
});

const run = (place: string): PretrainOptions => ({
  ...{ data: place, output: scratch(), ...quick, batchSize: 16 },
  ...{ dim: 64, predDim: 32, epochs: 2, workers: 2, seed: 3, device: 'cpu' },
});

const looking = () => ({ device: 'cpu', workers: 1, output: scratch() }) as const;

test('a folder of images without classes trains what the same images with classes do', async () => {
  const tensors = async (place: string) => {
    const { checkpoint, verdict } = await pretrain(run(place));
    return { verdict, hashes: await hashTensors(checkpoint ?? '') };
  };
  assert.deepEqual(await tensors(photos), await tensors(data));
});

test('what was found is said, and what the run makes can be looked at without labels', async () => {
  const output = scratch();
  const flags = [...small, '--epochs', '1', '--output', output];
  const { code, stderr } = await rdm(['pretrain', ...flags, photos]);
  assert.equal(code, 0, stderr);
  assert.ok(
    stderr.includes(`50 training images without labels in ${photos}, 3 steps an epoch`),
    stderr,
  );
  const checkpoint = join(output, 'checkpoint_0000.pth.tar');
  const { images, places, spectra } = await spectrum({ ...looking(), checkpoint });
  assert.deepEqual([images, spectra.length], [50, 2]);
  assert.deepEqual(places, [{ place: photos, layout: 'images', images: 50 }]);
  const printed = await rdm(['spectrum', checkpoint, '--device', 'cpu', '-j', '1', photos]);
  assert.ok(printed.stderr.includes(`singular values of 50 images in ${photos}\n`), printed.stderr);
  const map = await drawMap({ ...looking(), pretrained: checkpoint, neighbours: 5, images: 20 });
  assert.deepEqual([map.points.length, map.labels, map.classes], [20, [], []]);
  const dots = (await mapSvg(map)).match(/<path [^>]*fill-opacity|<circle /g) ?? [];
  assert.ok(dots.length >= 20, `${dots.length} of 20 points are drawn`);
});

test('info and check know them', async () => {
  const { layout, splits } = await dataInfo(photos);
  assert.deepEqual([layout, Object.keys(splits)], ['images', ['train']]);
  assert.deepEqual([splits.train.images, splits.train.classes], [50, 0]);
  assert.equal(splits.train.smallestClass, null);
  const { stdout } = await rdm(['data', 'info', photos]);
  const cells = stdout.split('\n').map((line) => line.split(/ {2,}/));
  assert.deepEqual(cells.slice(1, 6), [
    ['layout', 'images'],
    ['', 'train'],
    ['images', '50'],
    ['classes', 'none'],
    ['smallest class', '-'],
  ]);
  const spoilt = join(scratch(), 'spoilt');
  cpSync(photos, spoilt, { recursive: true });
  const [name = ''] = readdirSync(spoilt);
  writeFileSync(join(spoilt, name, '0.jpg'), 'x');
  const { bad } = await checkData({ data: spoilt });
  assert.deepEqual(bad, [
    { path: join(spoilt, name, '0.jpg'), reason: 'not an image of a known format' },
  ]);
});

test('what needs labels says so', async () => {
  const needs = (what: string) =>
    `rdm: the images of ${flat} have no labels, which ${what} needs\n     give them with --labels FILE.csv`;
  const flags = [...small, '--epochs', '1', flat];
  const cases = [
    [['pretrain', ...flags, '--knn-every', '1'], '--knn-every'],
    [['pretrain', ...flags, '--online-classifier'], '--online-classifier'],
    [['knn', '-a', 'resnet18', '--device', 'cpu', flat], 'rdm knn'],
    [['lincls', '-a', 'resnet18', '--device', 'cpu', flat], 'rdm lincls'],
  ] as const;
  for (const [line, what] of cases) {
    const { code, stderr } = await rdm([...line, '--output', scratch()]);
    assert.equal(code, 1);
    assert.ok(stderr.includes(needs(what)), stderr);
  }
  const chosen = await rdm([
    'pretrain',
    ...flags,
    '--images-per-class',
    '2',
    '--output',
    scratch(),
  ]);
  assert.equal(chosen.code, 1);
  assert.ok(chosen.stderr.includes('--images-per-class chooses by class'), chosen.stderr);
});

test('a place without images is named', async () => {
  const empty = scratch();
  mkdirSync(join(empty, 'deep'));
  writeFileSync(join(empty, 'deep', 'a.heic'), 'x');
  const { code, stderr } = await rdm(['pretrain', ...small, '--output', scratch(), empty]);
  assert.equal(code, 1);
  assert.ok(
    stderr.includes(
      `rdm: no images in ${empty} or below it; there are other files: .heic 1\n     images come from`,
    ),
    stderr,
  );
});
