// Some of the images: a share or a number of them, drawn by class, and without what is excluded.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  type Event,
  knn,
  type LinclsOptions,
  lincls,
  type PretrainOptions,
  pretrain,
  type RunRecord,
  spectrum,
} from 'rdm-ssl';
import { dataset, quick, scratch, small } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string; // ten classes, 5 + 2 images each
before(async () => {
  data = await dataset();
});

const run = (): PretrainOptions => ({
  ...{ data, output: scratch(), ...quick, batchSize: 16 },
  ...{ dim: 64, predDim: 32, epochs: 1, workers: 2, seed: 3, device: 'cpu' },
});

async function started(options: PretrainOptions | LinclsOptions) {
  const events: Event[] = [];
  const control = { onEvent: (event: Event) => events.push(event) };
  const { checkpoint } =
    'predDim' in options
      ? await pretrain(options, control)
      : await lincls(options as LinclsOptions, control);
  const start = events.find((event) => event.type === 'start');
  return { checkpoint: checkpoint ?? '', images: start?.trainImages, events };
}

test('a run takes a share of the images, records it, and only that share is resumed', async () => {
  const options = { ...run(), fraction: 0.4 };
  const { checkpoint, images } = await started(options);
  assert.equal(images, 20);
  const [record] = JSON.parse(readFileSync(join(options.output ?? '', 'run.json'), 'utf8')) as [
    RunRecord,
  ];
  assert.match(record.command, / --fraction 0\.4 /);
  const more = { ...options, epochs: 2, resume: 'auto' };
  await assert.rejects(pretrain({ ...more, fraction: 0.5, resumeAnyway: false }), {
    code: 'bad_checkpoint',
    message: /other training images there/,
  });
  // Two classes' images more than the share would have: a listing of the same length is another one.
  await assert.rejects(pretrain({ ...more, fraction: undefined, imagesPerClass: 2 }), {
    message: /other training images there/,
  });
  const fewer = { data, pretrained: checkpoint, epochs: 1, images: 30, output: scratch() };
  const { events } = await started(fewer);
  assert.equal(events.find((event) => event.type === 'start')?.trainImages, 30);
  const looking = { output: scratch(), workers: 1, device: 'cpu' } as const;
  const { trainImages, valImages } = await knn({ pretrained: checkpoint, ...looking });
  assert.deepEqual([trainImages, valImages], [20, 20]); // its own images, as it records
  assert.equal(
    (await knn({ pretrained: checkpoint, imagesPerClass: 3, ...looking })).trainImages,
    30,
  );
  assert.equal((await spectrum({ checkpoint, ...looking })).images, 20); // of val, all
});

test('two ways to say how many are refused, and what is no share', async () => {
  for (const [flags, message] of [
    [
      ['--fraction', '0.5', '--images', '9'],
      '--fraction and --images each say how many training images are taken',
    ],
    [
      ['--images', '9', '--images-per-class', '1'],
      '--images and --images-per-class each say how many training images are taken',
    ],
    [['--fraction', '0'], '--fraction must be a number above 0 and at most 1, not 0'],
    [['--fraction', '1.1'], '--fraction must be a number above 0 and at most 1, not 1.1'],
  ] as const) {
    const { code, stderr } = await rdm(['pretrain', data, ...flags, '--output', scratch()]);
    assert.equal(code, 2);
    assert.ok(stderr.startsWith(`rdm: ${message}\n`), stderr);
  }
});

test('--exclude takes patterns and lists, and one that excludes nothing is refused', async () => {
  const output = scratch();
  const list = join(scratch(), 'duplicates.txt');
  const { stdout } = await rdm(['data', 'info', '--json', data]);
  const { splits } = JSON.parse(stdout) as {
    splits: { train: { smallestClass: { name: string } } };
  };
  const { name } = splits.train.smallestClass;
  writeFileSync(list, `train/${name}/0001.jpg\ntrain/${name}/0002.jpg\n`);
  const line = [...small, '--epochs', '1', '--output', output, '--exclude', '0000.*'];
  const { code, stderr } = await rdm(['pretrain', ...line, '--exclude', `@${list}`, data]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /, 38 training images, /); // 50 less 10 less 2
  const [record] = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as [RunRecord];
  assert.match(record.command, new RegExp(` --exclude '0000\\.\\*' --exclude @${list} `));

  const none = await rdm(['pretrain', ...line, '--exclude', '*.gif', '--overwrite', data]);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /rdm: --exclude \*\.gif excludes none of the images of /);
  assert.match(none.stderr, /a pattern without \/ is of any name on a path/);
});

test('the images that are looked at are without what is excluded, and so is validation', async () => {
  const options = run();
  const { checkpoint } = await started({ ...options, exclude: ['0000.*'] });
  const looking = { output: scratch(), workers: 1, device: 'cpu' } as const;
  const seen = await knn({ pretrained: checkpoint, ...looking });
  assert.deepEqual([seen.trainImages, seen.valImages], [40, 10]);
  assert.equal((await spectrum({ checkpoint, ...looking })).images, 10);
  assert.equal((await spectrum({ checkpoint, exclude: [], ...looking })).images, 20);
});
