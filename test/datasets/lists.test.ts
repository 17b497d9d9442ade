// Lists and tables of images: as a file, on standard input, and where they cannot be read.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import test, { before } from 'node:test';
import { dataInfo, features, hashTensors, type PretrainOptions, pretrain } from 'rdm-ssl';
import { dataset, quick, scratch, small } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
let paths: string[]; // of the training images, in the order of train/CLASS
before(async () => {
  data = await dataset();
  const output = scratch();
  const { checkpoint } = await pretrain({ ...run(data), output, epochs: 1 });
  const set = await features({
    ...{ checkpoint: checkpoint ?? '', data: join(data, 'train'), images: 0 },
    ...{ device: 'cpu', workers: 1, output: scratch() },
  });
  paths = set.paths;
});

const run = (place: string): PretrainOptions => ({
  ...{ data: place, output: scratch(), ...quick, batchSize: 16 },
  ...{ dim: 64, predDim: 32, epochs: 2, workers: 2, seed: 3, device: 'cpu' },
});

function write(name: string, text: string, folder = scratch()): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const classOf = (path: string) => path.split('/').at(-2) ?? '';
const rows = () => paths.map((path) => `${path},${classOf(path)}`).join('\n');

test('the same images as a folder, a list and a table make the same checkpoint', async () => {
  const tensors = async (place: string) => {
    const { checkpoint } = await pretrain(run(place));
    return hashTensors(checkpoint ?? '');
  };
  const folder = await tensors(data);
  const below = paths.map((path) => relative(data, path)).join('\r\n');
  assert.deepEqual(await tensors(write('images.txt', below, data)), folder);
  assert.deepEqual(await tensors(write('images.csv', `path,label\n${rows()}\n`)), folder);
});

test("a table's labels are classes: as many, with as many images, as those of the folders", async () => {
  const { splits } = await dataInfo(data);
  const table = await dataInfo(write('images.csv', rows()));
  const { images, classes, smallestClass, widths } = splits.train;
  assert.equal(table.layout, 'table');
  const found = table.splits.train;
  assert.deepEqual(
    [found.images, found.classes, found.smallestClass, found.widths],
    [images, classes, smallestClass, widths],
  );
  const flags = [...small, '--epochs', '1', '--online-classifier', '--output', scratch()];
  const { code, stdout, stderr } = await rdm(['pretrain', ...flags, write('t.csv', rows())]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /50 training images, 10 classes, 3 steps an epoch/);
  assert.match(stdout, /Acc@1/);
});

test('standard input lists images, once and for one process', async () => {
  const output = scratch();
  const flags = [...small, '--epochs', '1', '--output', output];
  const input = `${paths.join('\n')}\n`;
  const { code, stderr } = await rdm(['pretrain', ...flags, '-'], { input });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /50 training images without labels in -, 3 steps an epoch/);
  const [record] = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as [
    { command: string; data: object },
  ];
  assert.match(record.command, / -$/);
  assert.deepEqual(record.data, { folder: '-', commit: null, listing: null });
  const refusals = [
    [
      ['spectrum', join(output, 'checkpoint_0000.pth.tar')],
      /^rdm: no data folder was given, and the run of .* read its list from standard input\n {5}pass it again/,
    ],
    [
      ['verify-resume', ...small, '--output', scratch(), '-'],
      /^rdm: standard input can be read once, and three runs are to read the list\n/,
    ],
    [
      ['pretrain', ...flags, '--nproc-per-node', '2', '--overwrite', '-'],
      /rdm: standard input goes to one process, and several are to read the list\n/,
    ],
  ] as const;
  for (const [line, message] of refusals) {
    const refused = await rdm([...line], { input });
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, message);
  }
});

test('a line that is wrong is named, with its number', async () => {
  const [first = ''] = paths;
  const list = write('images.txt', `${first}\n\nnone.jpg\n`);
  const { code, stderr } = await rdm(['pretrain', ...small, '--output', scratch(), list]);
  assert.equal(code, 1);
  assert.ok(
    stderr.startsWith(
      `rdm: ${list}, line 3: cannot read ${list.slice(0, -10)}none.jpg: No such file or directory\n     relative`,
    ),
    stderr,
  );
  const piped = await rdm(['data', 'info', '-'], { input: `${first}\n../../${first}\n` });
  assert.match(piped.stderr, /^rdm: standard input, line 2: a path that leaves the folder of the/);
  const checked = await rdm(['data', 'check', list]);
  assert.equal(checked.code, 1);
  assert.match(checked.stdout, /^\/.*none\.jpg\tNo such file or directory\n$/);
});

test('an image is no place, and a list needs labels where a folder does', async () => {
  const [image = ''] = paths;
  const refused = await rdm(['data', 'info', image]);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^rdm: not a folder of images, a list \(\.txt\), a table \(\.csv\) or shards \(\.tar\): /,
  );
  const list = write('images.txt', paths.join('\n'));
  const knn = await rdm(['knn', '-a', 'resnet18', '--device', 'cpu', '--output', scratch(), list]);
  assert.equal(knn.code, 1);
  assert.ok(
    knn.stderr.includes(`rdm: the images of ${list} have no labels, which rdm knn needs\n`),
    knn.stderr,
  );
});
