// Several places at once: pretrained on, recorded and resumed.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { dataInfo, hashTensors, type PretrainOptions, pretrain, spectrum } from 'rdm-ssl';
import { dataset, quick, scratch, small } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
let folders: string[]; // of the classes' training images, in their order
before(async () => {
  data = await dataset();
  const names = readdirSync(join(data, 'train')).sort();
  folders = names.map((name) => join(data, 'train', name));
});

const run = (places: string | string[]): PretrainOptions => ({
  ...{ data: places, output: scratch(), ...quick, batchSize: 16 },
  ...{ dim: 64, predDim: 32, epochs: 2, workers: 2, seed: 3, device: 'cpu' },
});

test('several folders make the checkpoint of the folder that they lie in', async () => {
  const tensors = async (places: string | string[]) => {
    const { checkpoint } = await pretrain(run(places));
    return hashTensors(checkpoint ?? '');
  };
  assert.deepEqual(await tensors(folders), await tensors(join(data, 'train')));
});

test('they are said, recorded, taken over from the checkpoint, and resumed', async () => {
  const output = scratch();
  const at = join(scratch(), 'photos');
  mkdirSync(at);
  const [first = '', second = '', ...rest] = folders.map((folder, index) => {
    const moved = join(at, String(index));
    renameSync(folder, moved);
    return moved;
  });
  const places = [first, second, ...rest];
  const line = (...given: string[]) => [
    ...['pretrain', ...small, '--epochs', '1', '--output', output, '--resume', 'auto'],
    ...given,
  ];
  const { code, stderr } = await rdm(line(...places));
  assert.equal(code, 0, stderr);
  assert.ok(
    stderr.includes(`50 training images without labels in ${first} and 9 more places, 3 steps`),
    stderr,
  );
  const [record] = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as [
    { command: string; data: { folder: string[]; listing: { files: number; sha256: string } } },
  ];
  assert.ok(record.command.endsWith(` ${places.join(' ')}`), record.command);
  assert.deepEqual(record.data.folder, places);
  assert.equal(record.data.listing.files, 50);
  const checkpoint = join(output, 'checkpoint_0000.pth.tar');
  const looking = { checkpoint, device: 'cpu', workers: 1, output: scratch() } as const;
  const events: object[] = [];
  const { images, places: found } = await spectrum(looking, {
    onEvent: (event) => events.push(event),
  });
  assert.equal(images, 50);
  assert.deepEqual(
    found.map(({ place }) => place),
    places,
  );
  assert.deepEqual((events[0] as { data: string[] }).data, places);

  const other = await rdm(line(second, first, ...rest));
  assert.equal(other.code, 1);
  assert.match(other.stderr, /is of another configuration: other training images there \(--data /);
  const elsewhere = join(scratch(), 'elsewhere');
  renameSync(at, elsewhere);
  const moved = places.map((place) => join(elsewhere, place.slice(at.length)));
  const same = await rdm(line(...moved));
  assert.equal(same.code, 0, same.stderr);
  for (const [index, folder] of moved.entries()) renameSync(folder, folders[index] ?? '');
});

test('an image that two of them have is refused; info tells what they are together', async () => {
  const [first = '', second = ''] = folders;
  const { root, layout, splits } = await dataInfo([first, second]);
  assert.deepEqual([root, layout], [`${first} and 1 more place`, 'several']);
  assert.deepEqual(splits.train.places, [
    { place: first, layout: 'images', images: 5 },
    { place: second, layout: 'images', images: 5 },
  ]);
  const { code, stderr } = await rdm(['data', 'check', first, second, first]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^rdm: the image .* is in .* and again in .*\n {5}an image would count twice/,
  );
});
