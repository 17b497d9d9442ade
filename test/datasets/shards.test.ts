// Shards as places: the batches of the folder they were packed from, images that are bad in them, and shards that
// change.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { before } from 'node:test';
import {
  checkData,
  dataInfo,
  hashTensors,
  type PretrainOptions,
  packDataset,
  pretrain,
} from 'rdm-ssl';
import { dataset, quick, scratch, small } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
let range: string; // of the training images' shards
before(async () => {
  data = await dataset();
  range = await packed(data, 0.02);
});

async function packed(place: string, shardSize: number): Promise<string> {
  const { places } = await packDataset({ data: place, output: join(scratch(), 'out'), shardSize });
  return places[0]?.place ?? '';
}

/** The files of a range in their order. */
const shardsOf = (place: string) =>
  readdirSync(dirname(place))
    .filter((name) => /^train.*\.tar$/.test(name))
    .sort()
    .map((name) => join(dirname(place), name));

const run = (places: string | string[]): PretrainOptions => ({
  ...{ data: places, output: scratch(), ...quick, batchSize: 16 },
  ...{ dim: 64, predDim: 32, epochs: 2, workers: 2, seed: 3, device: 'cpu' },
  ...{ onlineClassifier: true, val: 'none' },
});

test('shards make the checkpoint of the folder that they were packed from', async () => {
  const tensors = async (places: string | string[], workers: number) => {
    const { checkpoint } = await pretrain({ ...run(places), workers });
    return hashTensors(checkpoint ?? '');
  };
  const folder = await tensors(data, 2);
  assert.deepEqual(await tensors(range, 2), folder);
  assert.deepEqual(await tensors(shardsOf(range), 5), folder);
});

test('info tells what they hold, run.json their names and sizes', async () => {
  const info = await dataInfo(range);
  const folder = await dataInfo(data);
  assert.equal(info.layout, 'shards');
  const { images, classes, smallestClass, widths, notes } = info.splits.train;
  assert.deepEqual([images, classes, notes], [50, 10, []]);
  assert.deepEqual(
    [smallestClass, widths],
    [folder.splits.train.smallestClass, folder.splits.train.widths],
  );
  const output = scratch();
  const { code, stderr } = await rdm([
    ...['pretrain', ...small, '--epochs', '1', '--val', 'none', '--output', output, range],
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /50 training images, 10 classes, 3 steps an epoch/);
  const [record] = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as [
    { data: { folder: string; listing: { files: number } } },
  ];
  assert.equal(record.data.folder, range);
  assert.equal(record.data.listing.files, shardsOf(range).length);
});

test('a bad image is replaced, and named with its shard, its member and its offset', async () => {
  const spoilt = join(scratch(), 'spoilt');
  cpSync(data, spoilt, { recursive: true });
  const [first = ''] = readdirSync(join(spoilt, 'train')).sort();
  writeFileSync(join(spoilt, 'train', first, '0000.jpg'), 'x');
  const shards = await packed(spoilt, 1);
  const path = join(shards, first, '0000.jpg');
  const reason = 'not an image of a known format, at byte 512 of the shard';
  assert.deepEqual((await checkData({ data: shards })).bad, [{ path, reason }]);

  const tensors = async (place: string) => {
    const output = scratch();
    const { checkpoint } = await pretrain({ ...run(place), output, epochs: 1 });
    const bad = readFileSync(join(output, 'bad-images-train.txt'), 'utf8');
    return { hashes: await hashTensors(checkpoint ?? ''), bad };
  };
  const folder = await tensors(spoilt);
  const shard = await tensors(shards);
  assert.deepEqual(shard.hashes, folder.hashes);
  assert.equal(shard.bad, `${path}\t${reason}\n`);
  const stopped = await rdm([
    ...['pretrain', ...small, '--on-bad-image', 'stop', '--output', scratch(), shards],
    ...['--val', 'none'],
  ]);
  assert.equal(stopped.code, 1);
  assert.ok(stopped.stderr.includes(`rdm: cannot decode ${path}: ${reason}\n`), stopped.stderr);
});

test('a shard that changed is indexed again, which is told, and a resumed run is refused', async () => {
  const shard = await packed(data, 1);
  const output = scratch();
  const line = (place: string) => [
    ...['pretrain', ...small, '--epochs', '1', '--val', 'none', '--output', output],
    ...['--resume', 'auto', place],
  ];
  const { code, stderr } = await rdm(line(shard));
  assert.equal(code, 0, stderr);
  const other = await packed(join(data, 'val'), 1);
  cpSync(other, shard);
  const { splits } = await dataInfo(shard);
  assert.deepEqual(splits.train.notes, [
    `${shard} changed since it was indexed, and was indexed again`,
  ]);
  const refused = await rdm(line(shard));
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /is of another configuration: other training images there \(--data /,
  );

  truncateSync(shard, 700);
  const cut = await rdm(['data', 'info', shard]);
  assert.equal(cut.code, 1);
  assert.match(cut.stderr, /^rdm: .*\.tar, at byte 0: the archive is cut off: .* and 188 follow\n/);
});

test('what is wrong with a range or a shard is told', async () => {
  const folder = scratch();
  const empty = join(folder, 'empty.tar');
  writeFileSync(empty, Buffer.alloc(10240));
  const cases = [
    [join(folder, 's-{3..1}.tar'), /^rdm: an empty range, \{3\.\.1\}, in /],
    [join(folder, 's-{0..1}.tar'), /^rdm: cannot read the shard .*s-0\.tar: No such file/],
    [empty, /^rdm: no images in the shard .*empty\.tar\n/],
    [join(data, 'train'), null],
  ] as const;
  for (const [place, message] of cases) {
    const { code, stderr } = await rdm(['data', 'info', place]);
    assert.equal(code, message ? 1 : 0, stderr);
    if (message) assert.match(stderr, message);
  }
});
