// rdm data pack: what other programs read of its shards, from which places they are made, and what it refuses.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { inflateSync } from 'node:zlib';
import { dataInfo, packDataset, synthesize } from 'rdm-ssl';
import { dataset, scratch } from '../support/folders.js';
import { rdm, root } from '../support/rdm.js';

let data: string;
before(async () => {
  data = await dataset();
});

const target = () => join(scratch(), 'shards');
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.tar'))
    .sort()
    .map((name) => [name, hash(readFileSync(join(folder, name)))]);

function extracted(...shards: string[]): string {
  const folder = scratch();
  for (const shard of shards) execFileSync('tar', ['-xf', shard, '-C', folder]);
  return folder;
}

test('GNU tar and Python read what is written: images, numbers and names', async () => {
  const output = target();
  const { code, stdout, stderr } = await rdm(['data', 'pack', data, output]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /50 images of train in 1 shard\n(.*\n)*.*20 images of val in 1 shard\n/);
  const shards = [join(output, 'train-000000.tar'), join(output, 'val-000000.tar')];
  assert.equal(stdout, `${shards.join('\n')}\n`);
  assert.equal(statSync(output).mode & 0o777, 0o777 & ~process.umask());
  const folder = extracted(shards[0] ?? '');
  const classes = readdirSync(join(data, 'train')).sort();
  assert.deepEqual(readdirSync(folder).sort(), classes);
  for (const [number, name] of classes.entries()) {
    for (const file of readdirSync(join(data, 'train', name))) {
      const key = join(folder, name, file.slice(0, -'.jpg'.length));
      assert.deepEqual(readFileSync(`${key}.jpg`), readFileSync(join(data, 'train', name, file)));
      assert.equal(readFileSync(`${key}.cls`, 'utf8'), String(number));
      assert.deepEqual(JSON.parse(readFileSync(`${key}.json`, 'utf8')), { label: name });
    }
  }
  const script = 'import sys, tarfile; print(len(tarfile.open(sys.argv[1]).getmembers()))';
  assert.equal(
    execFileSync('python3', ['-c', script, shards[0] ?? ''], { encoding: 'utf8' }),
    '150\n',
  );
});

test('the same images make the same bytes, as a folder, a list, and shards packed again', async () => {
  const [first, second, again, listed] = [target(), target(), target(), target()];
  const { places } = await packDataset({ data, output: first, shardSize: 0.02 });
  await packDataset({ data, output: second, shardSize: 0.02 });
  assert.deepEqual(bytesOf(first), bytesOf(second));
  await packDataset({ data: places[0]?.place ?? '', output: again, shardSize: 0.02 });
  const training = bytesOf(first).filter(([name]) => name?.startsWith('train'));
  assert.deepEqual(bytesOf(again), training);
  const train = join(data, 'train');
  const names = readdirSync(train).sort();
  const lines = names.flatMap((name) =>
    readdirSync(join(train, name))
      .sort()
      .map((file) => `${name}/${file},${name}`),
  );
  writeFileSync(join(train, 'images.csv'), lines.join('\n'));
  await packDataset({ data: join(train, 'images.csv'), output: listed, shardSize: 0.02 });
  assert.deepEqual(bytesOf(listed), training);
});

test('a shard is no larger than asked, and its keys are such that readers tell its images apart', async () => {
  const photos = join(scratch(), 'photos');
  const name = `${'long '.repeat(40)}caf\u00e9`;
  mkdirSync(join(photos, name), { recursive: true });
  const image = readFileSync(join(root, 'test/images/420.jpg'));
  const padded = Buffer.concat([image, Buffer.alloc(400_000)]);
  for (const file of ['a.1.jpg', 'a.2.jpg', 'a_1.jpg', 'b.JPG']) {
    writeFileSync(join(photos, name, file), padded);
  }
  writeFileSync(join(photos, name, 'b.png'), padded); // the key of b.JPG
  const output = target();
  const { places } = await packDataset({ data: photos, output, shardSize: 1 });
  assert.deepEqual(places, [
    { split: 'train', images: 5, shards: 3, place: join(output, 'train-{000000..000002}.tar') },
  ]);
  const shards = readdirSync(output).sort();
  for (const shard of shards) assert.ok(statSync(join(output, shard)).size <= 1e6);
  const list = (shard = '') =>
    execFileSync('tar', ['--list', '--quoting-style=literal', '-f', join(output, shard)], {
      encoding: 'utf8',
    });
  assert.equal(list(shards[0]), `${name}/a_1.jpg\n${name}/a_2.jpg\n`);
  assert.equal(list(shards[1]), `${name}/a_1.jpg\n${name}/b.jpg\n`);
  assert.equal(list(shards[2]), `${name}/b.png\n`);
  const { splits } = await dataInfo(places[0]?.place ?? '');
  assert.deepEqual([splits.train.images, splits.train.classes], [5, 0]);
  const whole = target();
  await packDataset({ data: photos, output: whole });
  assert.deepEqual(
    execFileSync('tar', ['--list', '-f', join(whole, 'train-000000.tar')], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf('/') + 1)),
    ['a_1.jpg', 'a_2.jpg', 'a_1-2.jpg', 'b.jpg', 'b-2.png'],
  );
});

test("CIFAR's images become PNG files of their pixels", async () => {
  const place = join(root, 'test/images/cifar/cifar-10-batches-bin');
  const output = target();
  const { places } = await packDataset({ data: place, output });
  const { splits } = await dataInfo(place);
  assert.equal(places[0]?.images, splits.train.images);
  const folder = extracted(join(output, 'train-000000.tar'));
  const record = readFileSync(join(place, 'data_batch_1.bin')).subarray(1, 3073); // planes
  const png = readFileSync(join(folder, 'data_batch_1_bin:0.png'));
  const length = png.readUInt32BE(33);
  const lines = inflateSync(png.subarray(41, 41 + length));
  for (let y = 0; y < 32; y += 1) {
    for (let x = 0; x < 32; x += 1) {
      const at = y * 97 + 1 + x * 3;
      const expected = [0, 1, 2].map((colour) => record[colour * 1024 + y * 32 + x]);
      assert.deepEqual([...lines.subarray(at, at + 3)], expected);
    }
  }
});

test("the parquet files of Hugging Face's datasets are packed, split by split", async () => {
  const hub = scratch();
  mkdirSync(join(hub, 'data'));
  const fixture = (name: string) => join(root, 'test/parquet', name);
  cpSync(fixture('images.parquet'), join(hub, 'data/train-00000-of-00001.parquet'));
  cpSync(fixture('images.parquet'), join(hub, 'data/test-00000-of-00001.parquet'));
  const output = target();
  const { places } = await packDataset({ data: hub, output });
  assert.deepEqual(
    places.map(({ split, images }) => [split, images]),
    [
      ['train', 5],
      ['val', 5],
    ],
  );
  const folder = extracted(join(output, 'train-000000.tar'));
  const key = join(folder, 'train-00000-of-00001/000000003');
  assert.equal(readFileSync(`${key}.cls`, 'utf8'), '0');
  assert.equal(readFileSync(`${key}.json`, 'utf8'), '{"label":"cat"}');
  const { splits } = await dataInfo(places[0]?.place ?? '');
  const { images, smallestClass, largestClass, widths } = splits.train;
  assert.deepEqual([images, widths.most], [5, 2]);
  assert.deepEqual(
    [smallestClass, largestClass],
    [
      { name: 'cat', images: 2 },
      { name: 'dog', images: 3 },
    ],
  );
  const plain = await packDataset({ data: fixture('plain.parquet'), output: target() });
  const labels = await dataInfo(plain.places[0]?.place ?? '');
  assert.equal(labels.splits.train.smallestClass?.name, 'ant');
});

test('what cannot be packed is named, and nothing is left of it', async () => {
  const folder = scratch();
  const occupied = join(folder, 'occupied');
  mkdirSync(occupied);
  writeFileSync(join(occupied, 'mine'), '');
  const cut = join(folder, 'cut.parquet');
  cpSync(join(root, 'test/parquet/images.parquet'), cut);
  truncateSync(cut, 2000);
  const list = join(folder, 'list.txt');
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  writeFileSync(list, `${pipe}\n`);
  const cases = [
    [data, occupied, /^rdm: .*occupied is there already, and not an empty folder\n/],
    [
      join(root, 'test/parquet/none.parquet'),
      '',
      /^rdm: no images in .*none\.parquet: its columns are text, vector\n/,
    ],
    [cut, '', /^rdm: cannot read .*cut\.parquet: .*\n {5}it is to be a whole parquet file/],
    [join(folder, 'none.parquet'), '', /^rdm: cannot read .*none\.parquet: ENOENT/],
    [list, '', /^rdm: cannot read .*pipe: it is no ordinary file\n/],
    [join(folder, 'none'), '', /^rdm: no such folder: /],
  ] as const;
  for (const [place, output, message] of cases) {
    const to = join(folder, 'out');
    const { code, stderr } = await rdm(['data', 'pack', place, output || to]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, message);
    assert.deepEqual(readdirSync(folder).sort(), ['cut.parquet', 'list.txt', 'occupied', 'pipe']);
  }
  const aborted = new AbortController();
  aborted.abort();
  const output = join(folder, 'out');
  const summary = await packDataset({ data, output }, { signal: aborted.signal });
  assert.deepEqual(summary, { outcome: 'stopped', images: 0, places: [] });
  assert.ok(!existsSync(output));
});

test('drawn images come in every form that a place has', async () => {
  const drawn = { trainPerClass: 2, valPerClass: 1, size: 16 };
  const train = async (form: 'folder' | 'list' | 'table' | 'shards', place: string) => {
    const output = target();
    assert.deepEqual(await synthesize({ output, form, ...drawn }), { images: 30 });
    const { layout, splits } = await dataInfo(join(output, place));
    const { images, classes, widths } = splits.train;
    return [layout, images, classes, widths];
  };
  const [, ...folder] = await train('folder', '');
  assert.deepEqual(await train('shards', 'train-000000.tar'), ['shards', ...folder]);
  assert.deepEqual(await train('table', 'train.csv'), ['table', ...folder]);
  assert.deepEqual(await train('list', 'train.txt'), ['list', 20, 0, folder[2]]);
});
