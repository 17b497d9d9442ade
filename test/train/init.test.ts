// rdm pretrain --init: which weights of a file a run begins with, and that the backbone is then that file's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  type Event,
  exportCheckpoint,
  type FeatureOptions,
  features,
  hashTensors,
  type PretrainOptions,
  pretrain,
  type RunRecord,
} from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { dataset, scratch, smallResnet } from '../support/folders.js';
import { fetchPeers, python, pythonWith } from '../support/python.js';
import { rdm, root } from '../support/rdm.js';

let data: string;
/** A checkpoint of SimSiam after an epoch. */
let ours: string;
before(async () => {
  data = await dataset();
  ours = (await begun(run({ headWarmupEpochs: 0, epochs: 1 }))).checkpoint(0);
});

/** Heads alone for an epoch, then all for another. */
const run = (options: object = {}): PretrainOptions => ({
  ...{ data, output: scratch(), arch: 'resnet18', cropSize: 32, batchSize: 16 },
  ...{ dim: 64, predDim: 32, epochs: 2, headWarmupEpochs: 1, keep: 0 },
  ...{ workers: 2, seed: 3, device: 'cpu', ...options },
});

async function begun(options: PretrainOptions) {
  const events: Event[] = [];
  const summary = await pretrain(options, { onEvent: (event) => events.push(event) });
  const init = events.find((event) => event.type === 'init');
  const checkpoint = (epoch: number) =>
    join(options.output ?? '', `checkpoint_000${epoch}.pth.tar`);
  return { ...summary, events, init, checkpoint };
}

async function seen(checkpoint: string) {
  const looking = { cropSize: 32, workers: 1, device: 'cpu', output: scratch() } as const;
  const same: Pick<FeatureOptions, 'mean' | 'std'> = {
    mean: [0.5, 0.5, 0.5],
    std: [0.2, 0.2, 0.2],
  };
  return (await features({ checkpoint, data, ...looking, ...same })).features;
}

/** The heads' epoch leaves the backbone as the file has it, the next one does not. */
async function isBackboneOf(file: string, options: PretrainOptions) {
  const { init, checkpoint } = await begun({ ...options, init: file });
  const expected = await seen(file);
  assert.deepEqual(await seen(checkpoint(0)), expected, file);
  assert.notDeepEqual(await seen(checkpoint(1)), expected, file);
  assert.ok(init);
  return { init, checkpoint };
}

/** Of a ResNet-18: convolutions, and batch norms with five tensors each. */
const tensors = 20 + 5 * 20;

test('ours, of either method, and its exports: the backbone, not the heads', async () => {
  const [exported, safe] = [join(scratch(), 'a.pth'), join(scratch(), 'b')];
  await exportCheckpoint({ checkpoint: ours, output: exported, format: 'torchvision' });
  await exportCheckpoint({ checkpoint: ours, output: safe, format: 'safetensors' });
  for (const [file, kind, left] of [
    [ours, 'simsiam', /^module\.(predictor|encoder\.fc)\./],
    [exported, 'torchvision', /never/],
    [safe, 'torchvision', /never/],
  ] as const) {
    const { init } = await isBackboneOf(file, run());
    assert.deepEqual([init.kind, init.weights, init.taken.length], [kind, file, tensors]);
    assert.ok(init.left.every((name) => left.test(name)));
    assert.equal(init.left.length > 0, kind === 'simsiam');
  }
  const byol = run({ method: 'byol', projHiddenDim: 32 });
  const { init, checkpoint } = await isBackboneOf(ours, byol);
  assert.ok(init.left.includes('module.predictor.0.weight'));
  // The momentum network begins as the online one.
  const hashes = new Map(
    (await hashTensors(checkpoint(0))).map(({ name, sha256 }) => [name, sha256]),
  );
  const name = 'encoder.layer4.1.conv2.weight';
  assert.equal(hashes.get(`module.momentum_${name}`), hashes.get(`module.${name}`));
  const { init: back } = await isBackboneOf(checkpoint(1), run());
  assert.ok(back.left.includes('module.momentum_encoder.conv1.weight'));
});

fetchPeers('torchvision', 'timm');
for (const [layout, arch, kind, left] of [
  ['torchvision', 'resnet18', 'torchvision', ['fc.weight', 'fc.bias']],
  ['torchvision', 'resnet50', 'torchvision', ['fc.weight', 'fc.bias']],
  ['timm', 'resnet50', 'torchvision', ['fc.weight', 'fc.bias']],
  [
    ...(['solo-learn', 'resnet18', 'lightning'] as const),
    ['predictor.0.weight', 'predictor.0.bias', 'projector.0.weight', 'projector.0.bias'],
  ],
  [
    ...(['simsiam', 'resnet18', 'simsiam'] as const),
    [
      ...['module.predictor.0.weight', 'module.predictor.0.bias'],
      ...['module.encoder.fc.0.weight', 'module.encoder.fc.0.bias'],
    ],
  ],
  ['moco', 'resnet18', 'moco', undefined],
] as const) {
  const modules = ['torchvision', ...(layout === 'timm' ? ['timm'] : [])];
  const env = pythonWith(modules);
  const skip = env
    ? (arch === 'resnet50' || layout !== 'torchvision') && nightly
    : `python3 cannot import ${modules.join(', ')}`;
  test(`${arch} as ${layout} saves it`, { skip }, async () => {
    const file = join(scratch(), 'weights.pth');
    python(env, ['start_weights.py', layout, arch, file]);
    const deep = arch === 'resnet50' ? { imagesPerClass: 2, batchSize: 10 } : {};
    const { init } = await isBackboneOf(file, run({ arch, ...deep }));
    assert.equal(init.kind, kind);
    assert.equal(init.taken.length, arch === 'resnet18' ? tensors : 53 + 5 * 53);
    if (left) return assert.deepEqual(init.left.toSorted(), [...left].sort());
    assert.ok(init.left.includes('module.queue'));
    assert.equal(init.left.length, 1 + 2 + tensors); // the queue, the head and the other encoder
  });
}

test('what was taken is counted on stderr, and listed in run.json and the events', async () => {
  const output = scratch();
  const flags = [...smallResnet, '--epochs', '1', '--output', output, '--init', ours];
  const { code, stdout, stderr } = await rdm(['pretrain', ...flags, data]);
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    new RegExp(
      `rdm: begins with ${tensors} tensors of ${ours} \\(simsiam\\), the heads new; ` +
        '\\d+ left out: module\\.predictor\\.0\\.weight, ',
    ),
  );
  assert.match(stdout, /^ \* Backbone rank \d+\.\d\d$/m);
  assert.match(stdout, /^ \* Backbone rank \d+\.\d\d \(at the start \d+\.\d\d\)$/m);
  const [record] = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as [RunRecord];
  assert.equal(record.init?.taken.length, tensors);
  assert.ok(record.command.includes(` --init ${ours} `));
  const resumed = await rdm(['pretrain', ...flags, '--epochs', '2', '--resume', 'auto', data]);
  assert.equal(resumed.code, 1); // other epochs
  const again = await rdm([
    ...['pretrain', ...flags, '--epochs', '2', '--resume', 'auto', '--resume-anyway'],
    ...['--init', '/no/such/file', data],
  ]);
  assert.equal(again.code, 0, again.stderr);
  assert.match(
    again.stderr,
    /: it goes on from .*checkpoint_0000\.pth\.tar, and --init is not read\n/,
  );
  // The start is that of the whole run.
  const first = stdout.match(/Backbone rank (\S+)$/m)?.[1];
  assert.ok(first && again.stdout.includes(`(at the start ${first})`), again.stdout);
});

test('a file of another network is refused with what it holds', async () => {
  const refused = (options: object) => assert.rejects.bind(assert, pretrain(run(options)));
  await refused({ init: ours, arch: 'resnet34' })({
    code: 'bad_checkpoint',
    message: `cannot load ${ours}: it holds a resnet18, not a resnet34`,
    hint: 'Say --arch resnet18.',
  });
  await refused({ init: ours, stem: 'cifar' })({
    code: 'bad_checkpoint',
    message: `cannot begin with ${ours}: its first layers are not the cifar stem`,
    hint: 'say --stem imagenet',
  });
  const other = join(root, 'test/checkpoints/tensors.pth');
  await refused({ init: other })({
    code: 'bad_checkpoint',
    message: `cannot load ${other}: it holds neither a ResNet nor a Vision Transformer, but float64, float16, bfloat16, …`,
  });
});

test('--head-warmup-epochs leaves the backbone an epoch at least', async () => {
  await assert.rejects(pretrain(run({ headWarmupEpochs: 2 })), {
    code: 'usage',
    message: '--head-warmup-epochs 2 leaves the backbone none of 2 epochs',
  });
});

for (const options of [{}, { method: 'byol', projHiddenDim: 32, backboneLrFactor: 0.1 }]) {
  const { method = 'simsiam' } = options as { method?: string };
  const skip = method === 'byol' && nightly;
  test(`a run of ${method} that stops around the end of its warm-up goes on to the same bits`, {
    skip,
  }, async () => {
    const whole = await begun(run(options));
    const expected = await hashTensors(whole.checkpoint(1));
    for (const steps of [2, 3, 4]) {
      const parts = run({ ...options, printFreq: 1 });
      const controller = new AbortController();
      let seenSteps = 0;
      const onEvent = (event: Event) => {
        if (event.type === 'step' && ++seenSteps === steps) controller.abort();
      };
      const { outcome } = await pretrain(parts, { onEvent, signal: controller.signal });
      assert.equal(outcome, 'stopped');
      const { checkpoint } = await pretrain({ ...parts, resume: 'auto' });
      assert.deepEqual(await hashTensors(checkpoint ?? ''), expected, `${steps} steps`);
    }
  });
}
