// Labels and validation images that lie elsewhere: --labels and --val.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { type KnnOptions, knn, type PretrainOptions, pretrain } from 'rdm-ssl';
import { dataset, quick, scratch, small, smallLincls } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
let photos: string; // the training images in a folder alone
let labels: string;
before(async () => {
  data = await dataset();
  photos = join(scratch(), 'photos');
  cpSync(join(data, 'train'), photos, { recursive: true });
  const rows = readdirSync(photos).flatMap((name) =>
    readdirSync(join(photos, name)).map((file) => `${name}/${file},${name}`),
  );
  labels = join(scratch(), 'labels.csv');
  writeFileSync(labels, `path,label\n${rows.join('\n')}\n`);
});

const run = (): PretrainOptions => ({
  ...{ data: photos, output: scratch(), ...quick, batchSize: 16 },
  ...{ dim: 64, predDim: 32, epochs: 1, workers: 2, seed: 3, device: 'cpu' },
});

test('knn and lincls take labels and validation images from elsewhere, or what the run had', async () => {
  const output = scratch();
  const val = join(data, 'val');
  const { checkpoint } = await pretrain({ ...run(), output, labels, val, knnEvery: 1 });
  const pretrained = checkpoint ?? '';
  const looking = { pretrained, device: 'cpu', workers: 1, output: scratch() } as const;
  const scored = async (options: Partial<KnnOptions>) => {
    const { places, ...rest } = await knn({ ...looking, k: [5], ...options });
    return rest; // which does not depend on where the images lie
  };
  const folders = await scored({ data });
  assert.deepEqual([folders.trainImages, folders.valImages], [50, 20]);
  assert.deepEqual(await scored({ data: photos, labels, val: data }), folders);
  assert.deepEqual(await scored({ data: photos, val }), folders); // its folders are classes
  assert.deepEqual(await scored({}), folders); // as the checkpoint records
  const flags = [
    '--pretrained',
    pretrained,
    ...smallLincls,
    '--epochs',
    '1',
    '--output',
    scratch(),
  ];
  const { code, stdout, stderr } = await rdm([
    'lincls',
    ...flags,
    '--val',
    val,
    '--labels',
    labels,
    photos,
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /50 training images, 20 validation images, 10 classes/);
  assert.match(stdout, / \* Acc@1 /);
});

test('--val none leaves validation out in pretraining, and is refused where it is needed', async () => {
  const flags = [...small, '--epochs', '1', '--output', scratch(), '--val', 'none', data];
  const { code, stdout, stderr } = await rdm(['pretrain', ...flags, '--online-classifier']);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, / \* Acc@1 /);
  const refused = /rdm: validation images are needed, and --val is none\n {5}leave --val out/;
  const knnEvery = await rdm(['pretrain', ...flags, '--overwrite', '--knn-every', '1']);
  assert.equal(knnEvery.code, 2);
  assert.match(knnEvery.stderr, refused);
  const line = ['knn', '-a', 'resnet18', '--device', 'cpu', '--output', scratch()];
  const alone = await rdm([...line, '--val', 'none', data]);
  assert.equal(alone.code, 2);
  assert.match(alone.stderr, refused);
});

test('images without labels and without validation images say how to give them', async () => {
  const line = ['knn', '-a', 'resnet18', '--device', 'cpu', '--output', scratch()];
  const { code, stderr } = await rdm([...line, photos]);
  assert.equal(code, 1);
  assert.match(stderr, /^rdm: no validation images in .*photos\n.*name others: --val PLACE/m);
  const wrong = join(scratch(), 'wrong.csv');
  writeFileSync(wrong, 'none.jpg,a\n');
  const missing = await rdm([...line, '--labels', wrong, '--val', data, photos]);
  assert.equal(missing.code, 1);
  assert.ok(
    missing.stderr.includes(`rdm: ${wrong}, line 1: no such image in ${photos}: none.jpg\n`),
    missing.stderr,
  );
});
