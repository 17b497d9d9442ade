// rdm probe: a classifier on features, beside scikit-learn's; its page, its checkpoint, its refusals.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { confusionHtml, embed, inspectCheckpoint, pretrain, probe, synthesize } from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { scratch } from '../support/folders.js';
import { fetchPeers, python, pythonWith } from '../support/python.js';
import { rdm } from '../support/rdm.js';

fetchPeers('sklearn');
const env = pythonWith(['numpy', 'sklearn']);
const needsSklearn = { skip: env ? false : 'python3 cannot import torch and scikit-learn' };

let data: string;
let checkpoint: string;
before(async () => {
  data = join(scratch(), 'shapes');
  await synthesize({ output: data, trainPerClass: 16, valPerClass: 5, size: 40, seed: 1 });
  const run = { data, arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 } as const;
  const small = { cropSize: 32, batchSize: 32, dim: 64, predDim: 32, output: scratch() };
  const { checkpoint: saved } = await pretrain({ ...run, ...small });
  assert.ok(saved);
  checkpoint = saved;
});

const looking = { device: 'cpu', workers: 2 } as const;
const flags = ['--device', 'cpu', '-j', '2'];

test("coefficients and guesses are scikit-learn's", {
  skip: needsSklearn.skip || nightly,
}, async () => {
  const [save, output] = [join(scratch(), 'probe.pth.tar'), join(scratch(), 'train.npy')];
  const { result } = await probe({ ...looking, checkpoint, save });
  await embed({ ...looking, pretrained: checkpoint, data: join(data, 'train'), output });
  const found = JSON.parse(python(env, ['probe.py', save, output, String(result?.strength)]));
  assert.ok(found.away < 1e-3, `${found.away}`);
  assert.equal(found.agree, 1);
});

test('a probe counts what is right, and says what was tried; the seed decides what is held out', async () => {
  const { outcome, trainImages, valImages, classes, result } = await probe({
    ...looking,
    checkpoint,
  });
  assert.deepEqual([outcome, trainImages, valImages, classes.length], ['done', 160, 50, 10]);
  assert.ok(result);
  const { confusion, top1, tried, strength, mistakes } = result;
  const right = confusion.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
  assert.ok(Math.abs(top1 - (100 * right) / valImages) < 1e-9);
  assert.deepEqual(
    confusion.map((row) => row.reduce((sum, count) => sum + count)),
    classes.map(() => 5),
  );
  assert.ok(result.top5 >= top1 && Math.abs(result.meanPerClass - top1) < 1e-9); // classes of one size
  const best = tried.toSorted((a, b) => a.loss - b.loss)[0];
  assert.equal(best?.strength, strength);
  const wrong = mistakes.map(({ label, predicted, count }) => [
    confusion[label]?.[predicted],
    count,
  ]);
  assert.ok(wrong.length > 0 && wrong.every(([cell, count]) => cell === count));
  const other = await probe({ ...looking, checkpoint, seed: 1 });
  assert.notDeepEqual(other.result?.tried, tried);
});

test('several checkpoints make a table, and JSON the same numbers as the library', async () => {
  const copy = join(scratch(), 'copy.pth.tar');
  cpSync(checkpoint, copy);
  const { code, stdout, stderr } = await rdm(['probe', checkpoint, copy, ...flags, data]);
  assert.equal(code, 0, stderr);
  const [head, one, two] = stdout.trimEnd().split('\n');
  assert.match(head ?? '', /^checkpoint +top-1 % +top-5 % +classes % +ECE +C$/);
  assert.equal(one?.slice(checkpoint.length).trim(), two?.slice(copy.length).trim());
  assert.match(
    stderr,
    /^rdm: 50 validation images of 10 classes, by a classifier that 160 training/m,
  );
  const json = await rdm(['probe', checkpoint, '--json', ...flags]);
  const { probes } = JSON.parse(json.stdout.trimEnd().split('\n').at(-1) ?? '');
  const found = await probe({ ...looking, checkpoint, thumbnail: 0 });
  assert.deepEqual(probes, [{ checkpoint, ...found }]);
});

test('few labels: so many of each class, or a share', async () => {
  const count = async (options: object) =>
    (await probe({ ...looking, checkpoint, ...options })).trainImages;
  assert.equal(await count({ labelsPerClass: 3 }), 30);
  assert.equal(await count({ labelFraction: 0.25 }), 40);
  const one = await probe({ ...looking, checkpoint, labelsPerClass: 1 });
  assert.deepEqual(one.result?.tried, []);
});

test('a page shows the commonest confusions with their images', async () => {
  const page = join(scratch(), 'confusion.html');
  const { code, stderr } = await rdm(['probe', checkpoint, '--html', page, ...flags]);
  assert.equal(code, 0, stderr);
  const text = readFileSync(page, 'utf8');
  const found = await probe({ ...looking, checkpoint });
  const [first] = found.result?.mistakes ?? [];
  assert.ok(first);
  const { label, predicted, count } = first;
  assert.ok(
    text.includes(`${found.classes[label]} taken for ${found.classes[predicted]}: ${count} of 5`),
  );
  assert.equal(text.match(/<td style="background/g)?.length, 100);
  assert.equal(text.match(/<figure /g)?.length, text.match(/role="img"/g)?.length);
  assert.match(text, /url\(data:image\/jpeg;base64,/);
  const named = { ...found, classes: found.classes.map(() => '<img src=x>') };
  assert.ok(!confusionHtml(named, '<b>').includes('<img'));
});

test('a checkpoint of a probe is one that lincls evaluates and export takes', async () => {
  const save = join(scratch(), 'probe.pth.tar');
  const { result } = await probe({ ...looking, checkpoint, save });
  const { kind, arch } = await inspectCheckpoint(save);
  assert.deepEqual([kind, arch], ['lincls', 'resnet18']);
  const line = ['lincls', '-e', '--pretrained', save, '--output', scratch(), ...flags, data];
  const { code, stdout, stderr } = await rdm(line);
  assert.equal(code, 0, stderr);
  const accuracy = Number(/Acc@1 (\d+\.\d+)/.exec(stdout)?.[1]);
  assert.ok(Math.abs(accuracy - (result?.top1 ?? 0)) < 1e-3, `${accuracy} ${result?.top1}`);
});

test('mistakes are explained before anything is read, or by the class', async () => {
  const refused = async (...more: string[]) => {
    const { code, stdout, stderr } = await rdm(['probe', checkpoint, ...flags, ...more]);
    assert.equal(stdout, '');
    return `${code} ${stderr}`;
  };
  assert.match(
    await refused('--label-fraction', '0.1', '--labels-per-class', '2'),
    /^2 rdm: --label-fraction and --labels-per-class each say how many labels are taken$/m,
  );
  assert.match(
    await refused('--features', 'projector', '--save', 'x.pth.tar'),
    /^2 rdm: --save keeps a classifier on the backbone, and this one is on the projector$/m,
  );
  assert.match(
    await refused(checkpoint, '--html', 'x.html'),
    /^2 rdm: --html is of one checkpoint, and there are 2$/m,
  );
  assert.match(
    await refused('--labels-per-class', '17'),
    /the class \S+ has 16 training images, and --labels-per-class asks for 17$/m,
  );
  const [only = ''] = readdirSync(join(data, 'train'));
  const list = join(scratch(), 'one.txt');
  writeFileSync(list, `${only}\n`);
  assert.match(
    await refused('--classes', list),
    new RegExp(`^1[^]*rdm: rdm probe tells classes apart, and there is one: ${only}$`, 'm'),
  );
  const uneven = join(scratch(), 'uneven');
  cpSync(data, uneven, { recursive: true });
  rmSync(join(uneven, 'val', only), { recursive: true });
  assert.match(
    await refused(uneven),
    new RegExp(`the classes of train \\(10\\) and val \\(9\\) .* differ, first in ${only}$`, 'm'),
  );
});
