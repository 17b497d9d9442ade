// Two processes on halves of a batch do what one does on the whole, in every program; Ctrl-C ends both at once.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { inspectCheckpoint, synthesize } from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { scratch } from '../support/folders.js';
import { few, freePort, stepsIn } from '../support/processes.js';
import { rdm } from '../support/rdm.js';

const deadline = { timeout: 240_000 };
const everyNight = { ...deadline, skip: nightly };
const two = ['--nproc-per-node', '2'];
const small = ['--crop-size', '32', '-j', '2', '--device', 'cpu', '--json'];
const trained = [...small, '--seed', '3', '-b', '64', '-p', '1', '--epochs', '2', '--lr', '0.005'];

let data: string;
before(async () => {
  data = join(scratch(), 'shapes');
  await synthesize({ output: data, trainPerClass: 13, valPerClass: 3, size: 40, seed: 1 });
});

interface Line {
  type: string;
  batchSize?: number;
  processes?: number;
  lr?: number;
  phase?: string;
  loss?: { value: number };
  top1?: number;
  now?: { effectiveRank: number; top1: number };
}

async function events(line: string[]): Promise<Line[]> {
  const { code, stdout, stderr } = await rdm([...line, data]);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').filter(Boolean);
  return lines.map((text) => JSON.parse(text) as Line);
}

const ofType = (all: Line[], type: string) => all.filter((line) => line.type === type);

const near = (a = Number.NaN, b = Number.NaN, within: number, what: string) =>
  assert.ok(Math.abs(a - b) <= within, `${what}: ${a} and ${b}`);

/**
 * Sums of float32 in another order differ by some 1e-7 of their size, and each step multiplies that: by 10 in
 * SimSiam, by 100 in BYOL, where one thread differs from two as much. The first three steps show more than that.
 */
function sameLosses(one: Line[], other: Line[], growth: number): void {
  const losses = (all: Line[]) =>
    ofType(all, 'step').flatMap(({ phase, loss }) => (phase === 'train' && loss ? loss.value : []));
  const [ours, theirs] = [losses(one), losses(other)];
  assert.equal(ours.length, theirs.length);
  assert.ok(ours.length >= 4);
  for (const [step, loss] of ours.slice(0, 3).entries()) {
    const within = 2e-6 * growth ** step * Math.max(1, Math.abs(loss));
    near(loss, theirs[step], within, `loss of step ${step}`);
  }
}

/** Of 30 images one may lie between two classes. */
function sameAccuracies(one: Line[], other: Line[], type: string): void {
  const [ours, theirs] = [ofType(one, type), ofType(other, type)];
  assert.deepEqual([ours.length, theirs.length], [2, 2]);
  for (const [epoch, { top1 }] of ours.entries()) {
    near(top1, theirs[epoch]?.top1, 100 / 30 + 1e-9, `${type} after epoch ${epoch}`);
  }
}

const heads = ['--dim', '64', '--pred-dim', '32'];
const simsiam = [
  ...heads,
  '--online-classifier',
  '--pred-type',
  'poly',
  '--pred-location',
  'target',
  '--sigma',
  '-1',
];
const byol = [...heads, '--method', 'byol', '--online-classifier', '--momentum-classifier'];

const pretrained = (flags: string[], output = scratch()) =>
  events(['pretrain', '-a', 'resnet18', ...trained, ...flags, '--output', output]);

test(
  'pretrain, SimSiam with a target filter: the same losses and accuracies',
  deadline,
  async () => {
    const flags = [...simsiam, '--knn-every', '1'];
    const [one, both] = [await pretrained(flags), await pretrained([...flags, ...two])];
    sameLosses(one, both, 10);
    for (const type of ['knn', 'evaluation']) sameAccuracies(one, both, type);
  },
);

test('pretrain, BYOL with online classifiers: the same losses', deadline, async () => {
  sameLosses(await pretrained(byol), await pretrained([...byol, ...two]), 100);
});

test('pretrain, DINO with small crops: the same losses', everyNight, async () => {
  const crops = ['--crops', '2x32,2x20', '--small-crop-scale', '0.1,0.5'];
  const dino = ['--method', 'dino', '--dim', '64', '--prototypes', '100', ...crops];
  sameLosses(await pretrained(dino), await pretrained([...dino, ...two]), 100);
});

test('pretrain, a Vision Transformer with a filter: the same losses', everyNight, async () => {
  const flags = [...simsiam, '-a', 'vit_tiny', '--patch-size', '8'];
  sameLosses(await pretrained(flags), await pretrained([...flags, ...two]), 10);
});

test(
  'heads first, then a slow backbone, from weights of a file: the same losses',
  everyNight,
  async () => {
    const output = scratch();
    await pretrained(heads, output);
    const init = ['--init', join(output, 'checkpoint_0001.pth.tar'), '--knn-every', '1'];
    const flags = [...heads, ...init, '--head-warmup-epochs', '1', '--backbone-lr-factor', '0.5'];
    const [one, both] = [await pretrained(flags), await pretrained([...flags, ...two])];
    sameLosses(one, both, 10);
    const [alone = assert.fail(), shared] = [one, both].map((all) => ofType(all, 'representation'));
    assert.equal(alone.length, 3); // at the start, and after each epoch
    near(alone[0]?.now?.effectiveRank, shared?.[0]?.now?.effectiveRank, 1e-3, 'rank at the start');
    assert.equal(alone[0]?.now?.top1, shared?.[0]?.now?.top1);
  },
);

test('lincls and knn: the same of a backbone', deadline, async () => {
  const output = scratch();
  await pretrained(heads, output);
  const backbone = ['--pretrained', join(output, 'checkpoint_0001.pth.tar')];
  const lincls = ['lincls', ...trained, ...backbone];
  const one = await events([...lincls, '--output', scratch()]);
  const both = await events([...lincls, ...two, '--output', scratch()]);
  sameLosses(one, both, 10);
  sameAccuracies(one, both, 'evaluation');
  const knn = ['knn', ...small, ...backbone];
  const alone = await events([...knn, '--output', scratch()]);
  const shared = await events([...knn, ...two, '--output', scratch()]);
  assert.equal(alone.at(-1)?.type, 'summary');
  assert.deepEqual(shared.at(-1), alone.at(-1));
});

test('finetune on few labels: the same losses and accuracies', everyNight, async () => {
  const output = scratch();
  await pretrained(heads, output);
  const checkpoint = join(output, 'checkpoint_0001.pth.tar');
  const flags = ['--label-smoothing', '0.1', '--backbone-lr-factor', '0.5', '-b', '48'];
  const line = ['finetune', checkpoint, ...trained, '--labels-per-class', '10', ...flags];
  const one = await events([...line, '--output', scratch()]);
  const both = await events([...line, ...two, '--output', scratch()]);
  sameLosses(one, both, 10);
  sameAccuracies(one, both, 'evaluation');
});

test(
  'lincls on two machines: the rate, and the losses, of the same batch on one',
  deadline,
  async () => {
    const lincls = ['lincls', '-a', 'resnet18', ...trained];
    const url = `tcp://127.0.0.1:${await freePort()}`;
    const [machine0, machine1] = [0, 1].map((rank) =>
      events([
        ...[...lincls, '-b', '32', '--output', scratch()],
        ...['--world-size', '2', '--rank', `${rank}`, '--dist-url', url],
      ]),
    );
    const both = (await machine0) ?? [];
    assert.deepEqual(await machine1, []);
    const one = await events([...lincls, '--output', scratch()]);
    const start = (all: Line[]) => {
      const [{ batchSize, processes } = assert.fail()] = ofType(all, 'start');
      return { batchSize, processes };
    };
    assert.deepEqual(start(one), { batchSize: 64, processes: 1 });
    assert.deepEqual(start(both), { batchSize: 64, processes: 2 });
    const rates = (all: Line[]) =>
      ofType(all, 'step').flatMap(({ phase, lr }) => (phase === 'train' ? [lr] : []));
    assert.deepEqual(rates(both), rates(one));
    assert.equal(rates(one)[0], (0.005 * 64) / 256);
    sameLosses(one, both, 10);
  },
);

test('Ctrl-C saves once, what inspect reads', deadline, async () => {
  const line = ['pretrain', ...few, ...two, '--epochs', '100000', '--output', scratch(), data];
  let sent = false;
  const { code, stdout, stderr } = await rdm(line, {
    onStdout: (child, stdout) => {
      if (!sent && stepsIn(stdout) >= 2) sent = child.kill('SIGINT');
    },
  });
  assert.equal(code, 130, stderr);
  const said = stderr.split('\n').filter(Boolean);
  assert.equal(said.filter((text) => text.startsWith('rdm: stopping after')).length, 1, stderr);
  const { outcome, checkpoint } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.equal(outcome, 'stopped');
  assert.equal((await inspectCheckpoint(checkpoint)).kind, 'simsiam');
});
