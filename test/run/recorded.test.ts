// What a run takes over from the record in another's checkpoint: paths only where the file lies in place.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { knn } from 'rdm-ssl';
import { scratch } from '../support/folders.js';
import { records, zip } from '../support/hostile/archive.js';
import { checkpoint, dict, int, list, text } from '../support/hostile/pickle.js';
import { write } from '../support/hostile/write.js';
import { rdm } from '../support/rdm.js';

/** A checkpoint in `folder` whose record has these entries. */
function recording(folder: string, record: Record<string, Buffer>): string {
  const path = join(folder, 'checkpoint.pth.tar');
  write(path, zip(records(checkpoint({ rdm: dict(record) }))));
  return path;
}

const secret = () => {
  const path = join(scratch(), 'secret');
  writeFileSync(path, 'TOPSECRET\n');
  return path;
};

test('a data folder and classes that a file from elsewhere records are not opened', async () => {
  const folder = scratch();
  const data = join(folder, 'images');
  for (const split of ['train', 'val']) mkdirSync(join(data, split, 'cat'), { recursive: true });
  const record = { data: text(data), classes: text(secret()), output: text('/elsewhere') };
  for (const given of [record, { data: record.data, classes: record.classes }]) {
    const path = recording(folder, given);
    const { code, stderr } = await rdm(['knn', '--pretrained', path, '--output', scratch()]);
    assert.equal(code, 2);
    assert.equal(
      stderr,
      `rdm: no data folder was given, and ${path} is not in the folder that its run wrote to\n` +
        `     pass the data folder; the checkpoint records "${data}"\n`,
    );
    // With the data folder given, the recorded classes stay closed as well.
    const line = ['knn', data, '--pretrained', path, '-j', '1', '--output', scratch()];
    const { stderr: images } = await rdm(line);
    assert.match(images, /a class with no images: /);
  }
});

test('a checkpoint in the folder that its run wrote to fills in its data folder', async () => {
  const folder = scratch();
  const linked = join(scratch(), 'link');
  symlinkSync(folder, linked);
  const path = recording(folder, { data: text('/nowhere/at/all'), output: text(folder) });
  for (const pretrained of [path, join(linked, 'checkpoint.pth.tar')]) {
    await assert.rejects(knn({ pretrained, output: scratch(), device: 'cpu' }), {
      message: /no such folder: \/nowhere\/at\/all/,
    });
  }
  const copy = join(scratch(), 'copy.pth.tar');
  copyFileSync(path, copy);
  await assert.rejects(knn({ pretrained: copy }), { message: /no data folder was given, and / });
});

test('a record of another kind is refused by its key', async () => {
  const wrong: [key: string, value: Buffer][] = [
    ['data', int(5)],
    ['data', list()],
    ['data', list(int(5))],
    ['classes', int(5)],
    ['dataset', dict({})],
    ['stem', int(1)],
    ['cropSize', text('x')],
    ['cropSize', int(-5)],
    ['imagesPerClass', int(2n ** 60n)],
    ['images', int(-1)],
    ['fraction', int(0)],
    ['fraction', text('0.5')],
    ['exclude', text('*.png')],
    ['exclude', list(int(5))],
    ['statistics', int(1)],
    ['statistics', dict({ mean: list(int(0), int(0), int(0)) })],
    ['statistics', dict({ mean: list(int(0), int(0)), std: list(int(1), int(1), int(1)) })],
    ['statistics', dict({ mean: list(int(0), int(0), int(0)), std: list(int(1), int(1), int(0)) })],
    ['stemPadding', text('1')],
    ['output', int(1)],
  ];
  for (const [key, value] of wrong) {
    const pretrained = recording(scratch(), { [key]: value });
    await assert.rejects(knn({ pretrained, data: '/nowhere', output: scratch() }), {
      code: 'bad_checkpoint',
      message: `${pretrained} records no usable '${key}'`,
    });
  }
});
