// rdm pretrain from end to end on a few small JPEGs.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { type Event, inspectCheckpoint, knn, type PretrainOptions, pretrain, score } from 'rdm-ssl';
import { dataset, scratch, smallResnet } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
before(async () => {
  data = await dataset();
});

const options = (output: string): PretrainOptions => ({
  data,
  output,
  arch: 'resnet18',
  cropSize: 32,
  batchSize: 16,
  dim: 64,
  predDim: 32,
  epochs: 1,
  printFreq: 1,
  workers: 2,
  seed: 3,
  device: 'cpu',
});

/** The run's events, and its losses in order. */
async function follow(given: PretrainOptions): Promise<{ events: Event[]; losses: number[] }> {
  const events: Event[] = [];
  await pretrain(given, { onEvent: (event) => events.push(event) });
  const losses = events.flatMap((event) => (event.type === 'step' ? [event.loss.value] : []));
  return { events, losses };
}

const made = new Map<number, ReturnType<typeof follow>>();

/** A run of so many epochs, the same for all that compare with it. */
function usual(epochs: number): ReturnType<typeof follow> {
  const run = made.get(epochs) ?? follow({ ...options(scratch()), epochs });
  made.set(epochs, run);
  return run;
}

function logged(output: string): Record<string, unknown>[] {
  const text = readFileSync(join(output, 'events.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("prints the reference's lines, saves every epoch and logs its events", async () => {
  const output = join(scratch(), 'run');
  const { code, stdout, stderr } = await rdm([
    'pretrain',
    ...smallResnet,
    ...['--epochs', '2', '--output', output, data],
  ]);
  assert.equal(code, 0, stderr);
  const [first, ...steps] = stdout.trimEnd().split('\n');
  assert.equal(first, "=> creating model 'resnet18'");
  const line =
    /^Epoch: \[[01]\]\[[012]\/3\]\tTime +\d+\.\d{3} \( *\d+\.\d{3}\)\tData +\d+\.\d{3} \( *\d+\.\d{3}\)\tLoss -?\d\.\d{4} \(-?\d\.\d{4}\)$/;
  const rank =
    /^Rank: \[[01]\]\[[012]\/3\]\tonline +\d+\.\d\d\ttarget +\d+\.\d\d\tdifference [+-]\d+\.\d\d\tstd \d\.\d\d\/\d\.\d\d$/;
  assert.equal(steps.length, 12);
  for (const [index, text] of steps.entries()) assert.match(text, index % 2 === 0 ? line : rank);
  assert.match(stderr, /50 training images, 10 classes, 3 steps an epoch/);
  assert.deepEqual(readdirSync(output).sort(), [
    'checkpoint_0000.pth.tar',
    'checkpoint_0000.pth.tar.sha256',
    'checkpoint_0001.pth.tar',
    'checkpoint_0001.pth.tar.sha256',
    'events.jsonl',
    'run.json',
  ]);
  const types = logged(output).map(({ type }) => type);
  const step = ['step', 'rank'];
  const epoch = [...step, ...step, ...step, 'epoch'];
  // A checkpoint is announced once it is written, which is beside training.
  assert.deepEqual(
    types.filter((type) => type !== 'checkpoint'),
    ['start', ...epoch, ...epoch, 'summary'],
  );
  assert.equal(types.filter((type) => type === 'checkpoint').length, 2);
});

test('--json prints the events that are logged, one a line, and the summary', async () => {
  const output = scratch();
  const flags = [...smallResnet, '--epochs', '1', '--json', '--output', output, data];
  const { code, stdout } = await rdm(['pretrain', ...flags]);
  assert.equal(code, 0);
  const printed = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(
    printed,
    logged(output).map(({ time, ...event }) => event),
  );
});

test('a checkpoint records the run: kind, architecture, epoch, options, data folder', async () => {
  const output = scratch();
  const summary = await pretrain({
    ...options(output),
    predictor: { type: 'poly', location: 'online', sigma: 1 },
  });
  assert.equal(summary.outcome, 'done');
  assert.equal(summary.steps, 3);
  assert.equal(summary.checkpoint, join(output, 'checkpoint_0000.pth.tar'));
  assert.equal(summary.top1, null);
  const { kind, arch, epoch, rdm: record } = await inspectCheckpoint(summary.checkpoint);
  assert.deepEqual({ kind, arch, epoch }, { kind: 'simsiam', arch: 'resnet18', epoch: 1 });
  const { predType, predLocation, sigma, cropSize, seed, data: folder } = record ?? {};
  assert.deepEqual(
    { predType, predLocation, sigma, cropSize, seed, folder },
    { predType: 'poly', predLocation: 'online', sigma: 1, cropSize: 32, seed: 3, folder: data },
  );
});

test('the same seed gives the same checkpoint, byte for byte', async () => {
  const output = scratch(); // the same folder twice, since the checkpoint records it
  const checkpoint = join(output, 'checkpoint_0000.pth.tar');
  await pretrain(options(output));
  const first = readFileSync(checkpoint);
  rmSync(checkpoint);
  await pretrain(options(output));
  assert.ok(first.equals(readFileSync(checkpoint)));
});

test('the number of workers changes no loss', async () => {
  const one = await follow({ ...options(scratch()), workers: 1 });
  const three = await follow({ ...options(scratch()), workers: 3 });
  assert.deepEqual(one.losses, three.losses);
});

test('another seed gives another run', async () => {
  const first = await usual(1);
  const second = await follow({ ...options(scratch()), seed: 4 });
  assert.notDeepEqual(first.losses, second.losses);
});

test('a resumed run goes on where it was left, to the same losses', async () => {
  const output = scratch();
  const whole = await follow({ ...options(output), epochs: 2 });
  const resume = join(output, 'checkpoint_0000.pth.tar');
  const rest = await follow({ ...options(scratch()), epochs: 2, resume });
  assert.deepEqual(rest.losses, whole.losses.slice(3));
});

test('ranks are measured every so many steps; a whitened target has all of them', async () => {
  const predictor = { type: 'poly', location: 'target', sigma: -1 } as const;
  const { events } = await follow({ ...options(scratch()), predictor, rankEvery: 2 });
  const ranks = events.flatMap((event) => (event.type === 'rank' ? [event] : []));
  assert.deepEqual(
    ranks.map(({ epoch, step }) => [epoch, step]),
    [
      [0, 0],
      [0, 2],
    ],
  );
  const near = (value: number, expected: number) =>
    assert.ok(Math.abs(value - expected) < 1e-4, `${value}`); // features are float32
  for (const { online, target, difference, alignment } of ranks) {
    near(target.effectiveRank, 15); // 16 images, whose mean the batch norm takes away
    near(target.effectiveRankSquared, 15);
    for (const singularValue of target.topSingularValues) near(singularValue, 1);
    assert.ok(online.effectiveRank > online.effectiveRankSquared && online.effectiveRank < 15);
    const { topSingularValues: top } = online;
    assert.deepEqual(
      top,
      top.toSorted((a, b) => b - a),
    );
    assert.equal(difference, target.effectiveRank - online.effectiveRank);
    assert.ok(Math.abs(alignment) < 1, String(alignment));
    for (const { featureStd } of [online, target]) assert.ok(featureStd > 0.8 && featureStd < 1.1);
  }
});

test('--knn-every evaluates as rdm knn does on the checkpoint, and changes no loss', async () => {
  const output = scratch();
  const { events, losses } = await follow({ ...options(output), epochs: 3, knnEvery: 2 });
  const [only, ...more] = events.flatMap((event) => (event.type === 'knn' ? [event] : []));
  assert.deepEqual([only?.epoch, more.length], [1, 0]);
  const pretrained = join(output, 'checkpoint_0001.pth.tar');
  const { results } = await knn({ pretrained, output: scratch(), workers: 2, device: 'cpu' });
  const { k, temperature, top1, top5 } = only ?? {};
  assert.deepEqual([{ k, temperature, distance: 'cosine', top1, top5 }], results);
  const plain = await usual(3);
  assert.deepEqual(losses, plain.losses);
});

test('--score-every scores as rdm score does on the checkpoint, and changes no loss', async () => {
  const output = scratch();
  const { events, losses } = await follow({ ...options(output), epochs: 3, scoreEvery: 2 });
  const [only, ...more] = events.flatMap((event) => (event.type === 'score' ? [event] : []));
  assert.deepEqual([only?.epoch, more.length], [1, 0]);
  const checkpoint = join(output, 'checkpoint_0001.pth.tar');
  const found = await score({ checkpoint, output: scratch(), workers: 2, device: 'cpu' });
  assert.deepEqual([only?.images, found.images], [20, 20]);
  for (const name of ['rankMe', 'alphaReq', 'lidar'] as const) {
    // A frozen network's batch norms are folded into its convolutions: float32 rounds otherwise.
    const share = (only?.[name] ?? 0) / (found[name] ?? 0);
    assert.ok(Math.abs(share - 1) < 1e-5, `${name} ${share}`);
  }
  const plain = await usual(3);
  assert.deepEqual(losses, plain.losses);
});

test('--knn-every without validation images is refused before the first step', async () => {
  const alone = join(scratch(), 'alone');
  cpSync(join(data, 'train'), join(alone, 'train'), { recursive: true });
  const { code, stdout, stderr } = await rdm([
    'pretrain',
    ...smallResnet,
    '--knn-every',
    '1',
    alone,
  ]);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^rdm: no folder `val` in the dataset: .*alone\/val$/m);
});

test('--images-per-class takes the first of each class', async () => {
  const { events } = await follow({ ...options(scratch()), imagesPerClass: 2 });
  const start = events[0];
  assert.ok(start?.type === 'start');
  assert.equal(start.trainImages, 20);
  assert.equal(start.stepsPerEpoch, 1);
});

test('--classes takes those that a file lists', async () => {
  const [first, , third] = readdirSync(join(data, 'train')).sort();
  const classes = join(scratch(), 'classes.txt');
  writeFileSync(classes, `${third}\n${first}\n`);
  const { events } = await follow({ ...options(scratch()), classes, batchSize: 5 });
  const start = events[0];
  assert.ok(start?.type === 'start');
  assert.deepEqual([start.classes, start.trainImages], [2, 10]);
});

test('an epoch tells how long its loader decoded, augmented and idled', async () => {
  const { events } = await usual(1);
  const epoch = events.find(({ type }) => type === 'epoch');
  assert.ok(epoch?.type === 'epoch');
  const { decode, augment, idle } = epoch.loaderSeconds;
  for (const seconds of [decode, augment]) {
    assert.ok(seconds > 0 && seconds < epoch.seconds * 2, String(seconds)); // two workers
  }
  assert.ok(idle >= 0);
});

test('--decode fast trains on nearly the same pixels', async () => {
  const [exact] = (await usual(1)).losses;
  const [fast] = (await follow({ ...options(scratch()), decode: 'fast' })).losses;
  assert.ok(exact !== undefined && fast !== undefined);
  assert.notEqual(fast, exact);
  // Of the first step, before training has made more of a grey level.
  assert.ok(Math.abs(fast - exact) < 0.005, `${fast} instead of ${exact}`);
});

for (const [name, sigma] of [
  ['online', -1],
  ['target', 1],
] as const) {
  test(`a filter that pushes against the theory is a warning: ${name} ${sigma}`, async () => {
    const flags = ['--pred-type', 'poly', '--pred-location', name, '--sigma', String(sigma)];
    const output = scratch();
    const { code, stderr } = await rdm([
      'pretrain',
      ...smallResnet,
      ...flags,
      ...['--epochs', '1', '--output', output, data],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^rdm: warning: .*(against|wrong)/m);
    assert.ok(existsSync(join(output, 'checkpoint_0000.pth.tar')));
  });
}

for (const predictor of [
  { type: 'mlp' },
  { type: 'log', location: 'online' },
  { type: 'log_1', location: 'online' },
  { type: 'log_2', location: 'online', keepNullSpace: true },
  { type: 'poly', location: 'target', sigma: -0.5 },
  { type: 'poly', location: 'target', sigma: -1, source: 'online' },
] as const) {
  test(`runs in bf16 with ${JSON.stringify(predictor)}`, async () => {
    const { losses } = await follow({ ...options(scratch()), predictor, precision: 'bf16' });
    assert.equal(losses.length, 3);
    for (const loss of losses) assert.ok(loss >= -1.001 && loss <= 1.001, String(loss));
  });
}
