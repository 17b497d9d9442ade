// rdm predict: classes of images by the classifiers of probe and lincls; names, forms, refusals.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { lincls, predict, pretrain, probe, synthesize } from 'rdm-ssl';
import { scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
let checkpoint: string;
let probed: string;
let top1 = 0;
before(async () => {
  data = join(scratch(), 'shapes');
  await synthesize({ output: data, trainPerClass: 16, valPerClass: 5, size: 40, seed: 1 });
  const run = { data, arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 } as const;
  const small = { cropSize: 32, batchSize: 32, dim: 64, predDim: 32, output: scratch() };
  const { checkpoint: saved } = await pretrain({ ...run, ...small });
  assert.ok(saved);
  checkpoint = saved;
  probed = join(scratch(), 'probe.pth.tar');
  const { result } = await probe({ checkpoint, save: probed, device: 'cpu', workers: 2 });
  top1 = result?.top1 ?? 0;
});

const looking = { device: 'cpu', workers: 2 } as const;
const flags = ['--device', 'cpu', '-j', '2'];
const classOf = (path: string) => path.split('/').at(-2);

test('the classes are those by which the probe was judged, under their names', async () => {
  const { outcome, images, classes, predictions } = await predict({
    ...looking,
    checkpoint: probed,
    data,
  });
  assert.deepEqual([outcome, images, predictions.length], ['done', 50, 50]);
  assert.deepEqual(classes, readdirSync(join(data, 'train')).sort());
  const right = predictions.filter(({ path, classes: [first] }) => first?.name === classOf(path));
  assert.equal((100 * right.length) / images, top1);
  for (const { classes: found } of predictions) {
    const shares = found.map(({ probability }) => probability);
    assert.equal(shares.length, 5);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => b - a),
    );
  }
});

test('the probabilities of all classes are one', async () => {
  const options = { ...looking, checkpoint: probed, data, top: 99, images: 3 };
  const { predictions } = await predict(options);
  assert.equal(predictions.length, 3);
  for (const { classes } of predictions) {
    const sum = classes.reduce((all, { probability }) => all + probability, 0);
    assert.ok(classes.length === 10 && Math.abs(sum - 1) < 1e-5);
  }
});

test('image files, as text, JSON and CSV', async () => {
  const [name = ''] = readdirSync(join(data, 'val'));
  const files = readdirSync(join(data, 'val', name)).map((file) => join(data, 'val', name, file));
  const two = files.slice(0, 2);
  const text = await rdm(['predict', probed, ...two, '--top', '2', ...flags]);
  assert.equal(text.code, 0, text.stderr);
  const lines = text.stdout.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split('  ')[0]),
    two,
  );
  assert.match(lines[0] ?? '', / {2}\S+ \d+\.\d %, \S+ \d+\.\d %$/);
  assert.match(text.stderr, /^rdm: 2 images, by a classifier of 10 classes$/m);

  const json = await rdm(['predict', probed, ...two, '--top', '2', '--json', ...flags]);
  const summary = JSON.parse(json.stdout.trimEnd().split('\n').at(-1) ?? '');
  const found = await predict({ ...looking, checkpoint: probed, data: two, top: 2 });
  assert.deepEqual(summary, { type: 'summary', ...found });

  const csv = await rdm(['predict', probed, ...two, '--top', '1', '--csv', ...flags]);
  const [first] = found.predictions[0]?.classes ?? [];
  assert.deepEqual(csv.stdout.trimEnd().split('\n').slice(0, 2), [
    'path,class1,probability1',
    `${two[0]},${first?.name},${first?.probability.toFixed(6)}`,
  ]);
});

test("a checkpoint of lincls names its run's classes", async () => {
  const output = scratch();
  const run = { ...looking, pretrained: checkpoint, output, epochs: 1, batchSize: 64, seed: 1 };
  await lincls(run);
  const best = join(output, 'model_best.pth.tar');
  const { classes } = await predict({ ...looking, checkpoint: best, data, images: 2 });
  assert.deepEqual(classes, readdirSync(join(data, 'train')).sort());
});

test('an image that cannot be read has no class, and is told', async () => {
  const folder = join(scratch(), 'photos');
  mkdirSync(folder);
  const [name = ''] = readdirSync(join(data, 'val'));
  const [file = ''] = readdirSync(join(data, 'val', name));
  cpSync(join(data, 'val', name, file), join(folder, 'b.jpg'));
  writeFileSync(join(folder, 'a.jpg'), 'no image');
  const output = scratch();
  const line = ['predict', probed, folder, '--output', output, ...flags];
  const { code, stdout, stderr } = await rdm(line);
  assert.equal(code, 0);
  assert.match(stdout, /a\.jpg +–\n.*b\.jpg +\S+ \d/);
  assert.match(stderr, /1 of 2 val images could not be read and have no prediction/);
});

test('a checkpoint without a classifier is refused, and two forms at once', async () => {
  const without = await rdm(['predict', checkpoint, data, ...flags]);
  assert.deepEqual([without.code, without.stdout], [1, '']);
  assert.match(
    without.stderr,
    /holds a backbone without a classifier\n +train one: rdm probe .* --save/,
  );
  const both = await rdm(['predict', probed, data, '--json', '--csv', ...flags]);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /^rdm: --json and --csv are two forms of one output$/m);
});
