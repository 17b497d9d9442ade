// What a user can get wrong: each message says what happened, where, and what to do.
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { environment, inspectCheckpoint, RdmError } from 'rdm-ssl';
import { dataset, scratch, small } from '../support/folders.js';
import { rdm, rdmHere, root } from '../support/rdm.js';

let good: string;
before(async () => {
  good = await dataset();
});

/** A batch size that divides the 50 images, so that none is left out of the epoch. */
const everyImage = ['-b', '10'];

/** A copy of the good dataset, then changed. */
function spoilt(change: (folder: string, firstImage: string) => void): string {
  const folder = join(scratch(), 'data');
  cpSync(good, folder, { recursive: true });
  const [name] = readdirSync(join(folder, 'train')).sort();
  const firstClass = join(folder, 'train', name ?? '');
  const [image] = readdirSync(firstClass).sort();
  change(folder, join(firstClass, image ?? ''));
  return folder;
}

async function refused(args: string[], stderr: RegExp): Promise<void> {
  const result = await rdmHere([
    'pretrain',
    ...small,
    '--epochs',
    '1',
    '--output',
    scratch(),
    ...args,
  ]);
  assert.match(result.stderr, stderr);
  assert.equal(result.code, 1);
}

test('no such folder', () =>
  refused(['/nowhere/images'], /^rdm: no such folder: \/nowhere\/images/m));

test('a refused run leaves no folder behind, also not for its log and for TensorBoard', async () => {
  const above = join(scratch(), 'runs');
  const checkpoint = join(root, 'test/checkpoints/simsiam.pth');
  for (const line of [
    ['pretrain', ...small, '--tensorboard', '/nowhere/images'],
    ['lincls', '--pretrained', checkpoint, '-b', '10', '-j', '2', '/nowhere/images'],
  ]) {
    const { code, stderr } = await rdm([...line, '--output', join(above, 'a')]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^rdm: no such folder: \/nowhere\/images$/m);
    assert.ok(!existsSync(above), line[0]);
  }
  const there = scratch();
  await rdm(['pretrain', ...small, '--output', there, '/nowhere/images']);
  assert.ok(existsSync(there), 'a folder that was there stays');
});

test('a batch of one image, which has no statistics', async () => {
  const { code, stderr } = await rdm(['pretrain', ...small, '-b', '1', good]);
  assert.equal(code, 2);
  assert.match(stderr, /^rdm: --batch-size 1 is too small: batch norms need two images\n +take a/);
});

test('a pretraining checkpoint to go on from in linear evaluation', async () => {
  const checkpoint = join(root, 'test/checkpoints/simsiam.pth');
  const { code, stderr } = await rdm(['lincls', '--resume', checkpoint, good]);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `rdm: ${checkpoint} is of pretraining: it has no linear classifier to go on with\n` +
      `     to train one on it: --pretrained ${checkpoint}\n`,
  );
});

test('an export into a folder that is not there', async () => {
  const path = join(scratch(), 'missing', 'backbone.pth');
  const checkpoint = join(root, 'test/checkpoints/simsiam.pth');
  const { code, stderr } = await rdm(['export', checkpoint, '--to', 'safetensors', path]);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `rdm: cannot write ${path}: No such file or directory\n` +
      '     Make that folder first, or choose another.\n',
  );
});

test('a folder with nothing in it', async () => {
  const folder = scratch();
  await refused(
    [folder],
    new RegExp(`^rdm: no images in ${folder} or below it\n {5}images come from a folder with`, 'm'),
  );
});

test('a class with no images', async () => {
  const folder = spoilt((data) => mkdirSync(join(data, 'train', 'hollow')));
  await refused([folder], /^rdm: a class with no images: .*\/train\/hollow\n/m);
});

test('fewer images than a batch', () =>
  refused(
    ['-b', '51', good],
    /^rdm: fewer images than a batch: 50 in .*\/train, the batch size is 51\n.*-b/m,
  ));

const badImages: [what: string, spoil: (image: string) => void, reason: string][] = [
  ['no image', (image) => writeFileSync(image, 'no pixels'), 'not an image of a known format'],
  ['truncated', (image) => truncateSync(image, 300), 'the file is truncated'],
  ['empty', (image) => truncateSync(image, 0), 'the file is empty'],
];

for (const [what, spoil, reason] of badImages) {
  test(`an image file that is ${what} is replaced and listed, or ends the run`, async () => {
    const bad: string[] = [];
    const folder = spoilt((_, image) => {
      spoil(image);
      bad.push(image);
    });
    const output = scratch();
    const flags = [...small, ...everyImage, '--epochs', '1', '--output', output, folder];
    const skipped = await rdm(['pretrain', ...flags]);
    const list = join(output, 'bad-images-train.txt');
    const said =
      'rdm: warning: 1 of 50 train images could not be read and were replaced by others, ' +
      `the latest ${bad[0]}: ${reason}; all are listed in ${list}; ` +
      'that is more than 1 %: check the dataset\n';
    assert.ok(skipped.stderr.includes(said), skipped.stderr);
    assert.equal(skipped.code, 0);
    assert.equal(readFileSync(list, 'utf8'), `${bad[0]}\t${reason}\n`);

    const message = new RegExp(`^rdm: .*${bad[0]}: ${reason}\n`, 'm');
    await refused(['--on-bad-image', 'stop', ...everyImage, folder], message);
  });
}

test('an image over the limit of pixels counts as bad', async () => {
  const flags = ['--on-bad-image', 'stop', '--max-image-pixels', '1000'];
  await refused([...flags, good], /^rdm: .*\.jpg: .*1000/m);
});

test('a list of classes that cannot be read, and one with a class that is not there', async () => {
  await refused(
    ['--classes', '/nowhere/list.txt', good],
    /^rdm: cannot read the list of classes: \/nowhere\/list.txt: No such file or directory\n/m,
  );
  const list = join(scratch(), 'list.txt');
  writeFileSync(list, '# some\nzebra\n');
  await refused(
    ['--classes', list, good],
    /^rdm: no class `zebra` in .*\/train\n.*one name of a class folder on each line/m,
  );
});

test('an output folder that cannot be written', async () => {
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  await refused(
    ['--output', join(file, 'run'), good],
    /^rdm: cannot write to the output folder .*file\/run.*\n.*--output/m,
  );
});

test('a loss that is not finite stops the run with epoch and step, checkpoints intact', async () => {
  const output = scratch();
  const flags = ['--epochs', '50', '--lr', '1e30', '--output', output, good];
  const { code, stderr } = await rdm(['pretrain', ...small, ...flags]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^rdm: the loss is \S+ at epoch \d+, step \d+.*\n.*(is intact|no checkpoint)/m,
  );
  for (const file of readdirSync(output).filter((name) => name.endsWith('.tar'))) {
    assert.equal((await inspectCheckpoint(join(output, file))).arch, 'vit_tiny');
  }
});

test('CUDA without a CUDA device', async (context) => {
  if (environment().cuda.available) context.skip('there is one');
  else
    await refused(['--device', 'cuda', good], /^rdm: CUDA was asked for, but .+\n.*--device cpu/m);
});

test('a checkpoint of another architecture to resume from', async () => {
  const output = scratch();
  const first = ['pretrain', ...small, '--epochs', '1', '--output', output, good];
  assert.equal((await rdm(first)).code, 0);
  const resume = join(output, 'checkpoint_0000.pth.tar');
  await refused(['-a', 'vit_small', '--resume', resume, good], /holds a vit_tiny, not a vit_small/);
});

const files: [what: string, spoil: (path: string) => void, message: RegExp][] = [
  ['there is none', (path) => rmSync(path), /^no such checkpoint: /],
  ['an empty file', (path) => truncateSync(path, 0), /./],
  ['a text file', (path) => writeFileSync(path, 'hello, world\n'), /./],
  ['a truncated file', (path) => truncateSync(path, readFileSync(path).length - 1000), /./],
];

test('checkpoints that are none', async (context) => {
  const output = scratch();
  const made = await rdm(['pretrain', ...small, '--epochs', '1', '--output', output, good]);
  assert.equal(made.code, 0, made.stderr);
  for (const [what, spoil, message] of files) {
    await context.test(what, async () => {
      const path = join(scratch(), 'spoilt.pth.tar');
      cpSync(join(output, 'checkpoint_0000.pth.tar'), path);
      spoil(path);
      await assert.rejects(inspectCheckpoint(path), (error) => {
        assert.ok(error instanceof RdmError, String(error));
        assert.equal(error.code, 'bad_checkpoint');
        assert.match(error.message, message);
        assert.ok(error.message.includes(path), error.message);
        return true;
      });
      const { code, stderr } = await rdm(['lincls', '--pretrained', path, '--output', output]);
      assert.equal(code, 1);
      assert.ok(stderr.startsWith('rdm: ') && stderr.includes(path), stderr);
    });
  }
});
