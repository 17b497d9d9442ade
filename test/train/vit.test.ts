// Vision Transformers from their first step to what is looked at in their checkpoint, and what they have not.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  type CheckpointInfo,
  type Event,
  embed,
  exportCheckpoint,
  type FeatureOptions,
  features,
  finetune,
  inspectCheckpoint,
  knn,
  lincls,
  type PretrainOptions,
  predict,
  pretrain,
  probe,
  score,
  spectrum,
} from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { dataset, noise, scratch } from '../support/folders.js';
import { fetchPeers, python, pythonWith } from '../support/python.js';
import { rdm } from '../support/rdm.js';

let data: string;
/** Checkpoints of two epochs: DINO with patches of 4, and RDM_SimSiam with patches of 8. */
let dino: string;
let filtered: string;
const events: Event[] = [];

const run = (options: Partial<PretrainOptions> = {}): PretrainOptions => ({
  ...{ data, output: scratch(), arch: 'vit_tiny', patchSize: 8, cropSize: 32, batchSize: 10 },
  ...{ dim: 16, projHiddenDim: 24, predDim: 8, epochs: 2, printFreq: 1, workers: 1, seed: 1 },
  ...{ device: 'cpu', ...options },
});

async function trained(options: Partial<PretrainOptions>): Promise<string> {
  const { checkpoint } = await pretrain(run(options), { onEvent: (event) => events.push(event) });
  assert.ok(checkpoint);
  return checkpoint;
}

const width = 192;
const look = { workers: 1, device: 'cpu' } as const;

before(async () => {
  data = await dataset();
  dino = await trained({
    method: 'dino',
    patchSize: 4,
    prototypes: 20,
    optimizer: 'adamw',
    lr: 0.01,
    epochs: 1,
  });
  filtered = await trained({ predictor: { type: 'poly', location: 'target', sigma: -1 }, lr: 0.1 });
});

test('dino and a filter train them, and tell the ranks of both branches', () => {
  const ranks = events.flatMap((event) => (event.type === 'rank' ? [event] : []));
  assert.equal(ranks.length, (1 + 2) * 5);
  for (const { online, target } of ranks) {
    for (const { effectiveRank } of [online, target]) assert.ok(effectiveRank > 1);
  }
  const losses = events.flatMap((event) => (event.type === 'epoch' ? [event.loss] : []));
  assert.ok(losses.every(Number.isFinite));
});

test('a checkpoint tells architecture and patches, which whoever looks at it takes over', async () => {
  for (const [checkpoint, patchSize] of [
    [dino, 4],
    [filtered, 8],
  ] as const) {
    const { arch, stem, patchSize: told, kind } = await inspectCheckpoint(checkpoint);
    assert.deepEqual([arch, stem, told, kind], ['vit_tiny', null, patchSize, 'simsiam']);
    const { stdout } = await rdm(['inspect', checkpoint]);
    assert.match(
      stdout,
      new RegExp(`^architecture +vit_tiny, patches of ${patchSize} pixels$`, 'm'),
    );
    const line = ['knn', '--pretrained', checkpoint, '-j', '1', '--device', 'cpu'];
    const { code, stderr } = await rdm([...line, '--output', scratch()]);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      new RegExp(`: architecture vit_tiny, patch size ${patchSize}, crop size 32`),
    );
  }
});

test('every look at a checkpoint works, of both branches and of the projector', {
  skip: nightly,
}, async () => {
  const output = scratch();
  for (const branch of ['online', 'momentum'] as const) {
    for (const layer of ['backbone', 'projector'] as const) {
      const found = await knn({ pretrained: dino, features: layer, branch, ...look, output });
      assert.equal(found.valImages, 20);
    }
  }
  const { dim } = await features({ checkpoint: filtered, ...look, thumbnail: 0 });
  assert.equal(dim, width);
  const vectors = join(output, 'vectors.npy');
  const { dim: columns } = await embed({ pretrained: dino, data, output: vectors, ...look });
  assert.equal(columns, width);
  for (const checkpoint of [dino, filtered]) {
    const { spectra } = await spectrum({ checkpoint, ...look, output });
    assert.ok(spectra.some(({ dim: features }) => features === width));
    const { rankMe } = await score({ checkpoint, ...look, output });
    assert.ok(rankMe > 1);
  }
});

test('a classifier on it, alone or with it: lincls, finetune, probe; and what predict makes of them', {
  skip: nightly,
}, async () => {
  const common = { data, epochs: 1, batchSize: 10, seed: 1, ...look };
  const linear = await lincls({ ...common, pretrained: filtered, output: scratch() });
  const tuned = await finetune({
    ...{ ...common, checkpoint: dino, output: scratch(), backboneLrFactor: 0.5, lr: 0.1 },
    batchSize: 1, // there are no batch norms
  });
  const save = join(scratch(), 'probed.pth');
  await probe({ checkpoint: dino, data, save, ...look, output: scratch() });
  for (const checkpoint of [linear.checkpoint ?? '', tuned.checkpoint ?? '', save]) {
    const { arch, kind, tensors } = await inspectCheckpoint(checkpoint);
    assert.deepEqual([arch, kind], ['vit_tiny', 'lincls']);
    const head = tensors.filter(({ name }) => name.includes('head.'));
    assert.deepEqual(
      head.map(({ name, shape }) => [name, ...shape]),
      [
        ['module.head.weight', 10, width],
        ['module.head.bias', 10],
      ],
    );
    const { predictions } = await predict({ checkpoint, data, ...look, output: scratch() });
    assert.equal(predictions.length, 20);
  }
  const evaluated = await lincls({
    ...{ ...common, pretrained: save, evaluate: true, output: scratch() },
  });
  assert.ok(evaluated.top1 !== null);
});

test('a checkpoint begins a run of larger images: its positions are resized', async () => {
  const events: Event[] = [];
  const options = run({ init: filtered, cropSize: 64, epochs: 1, headWarmupEpochs: 0 });
  const { checkpoint } = await pretrain(options, { onEvent: (event) => events.push(event) });
  const init = events.find((event) => event.type === 'init');
  assert.equal(init?.taken.length, 4 + 12 * 12 + 2);
  const shape = async (path: string): Promise<number[] | undefined> => {
    const { tensors }: CheckpointInfo = await inspectCheckpoint(path);
    return tensors.find(({ name }) => name === 'module.encoder.pos_embed')?.shape;
  };
  assert.deepEqual(await shape(filtered), [1, 1 + 4 * 4, width]);
  assert.deepEqual(await shape(checkpoint ?? ''), [1, 1 + 8 * 8, width]);
});

const refused: [what: string, line: () => string[], stderr: RegExp][] = [
  [
    'a stem of a checkpoint without one',
    () => ['knn', '--pretrained', dino, '--stem', 'cifar'],
    /^rdm: --stem has no effect with the vit_tiny of .*\n {5}leave it out\n$/,
  ],
  [
    'batch norms to freeze where there are none',
    () => ['finetune', dino, '--freeze-bn'],
    /^rdm: --freeze-bn has no effect with the vit_tiny of /,
  ],
  [
    'an image that does not divide into patches',
    () => ['knn', '--pretrained', filtered, '--crop-size', '36'],
    /^rdm: --crop-size 36 does not divide into the patches of vit_tiny, 8 pixels on a side\n {5}take --crop-size 32 or 40, /,
  ],
  [
    'weights with other patches to begin with',
    () => [
      'pretrain',
      '-a',
      'vit_tiny',
      '--patch-size',
      '16',
      '--crop-size',
      '32',
      '-b',
      '10',
      '--init',
      dino,
      data,
    ],
    /rdm: cannot begin with .*: its patches are of 4 pixels, not of 16\n {5}say --patch-size 4\n$/,
  ],
  [
    'torchvision, which has other names',
    () => ['export', dino, join(scratch(), 'x'), '--to', 'torchvision'],
    /^rdm: .* holds a vit_tiny, and torchvision has no Vision Transformer with its names\n {5}Export it with --to timm/,
  ],
];

for (const [what, line, expected] of refused) {
  test(`${what} is refused`, async () => {
    const device =
      line()[0] === 'export' ? [] : ['--device', 'cpu', '-j', '1', '--output', scratch()];
    const { code, stderr } = await rdm([...line(), ...device]);
    assert.ok(code === 1 || code === 2, stderr);
    assert.match(stderr, expected);
  });
}

fetchPeers('torchvision', 'timm');
const modules = ['timm', 'torchvision', 'numpy'];
const env = pythonWith(modules);
const withTimm = { skip: env ? false : `python3 cannot import ${modules.join(', ')}` };

/** Of images of 32 pixels that need no resizing. */
async function seen(checkpoint: string, data: string, branch: 'online' | 'momentum' = 'online') {
  const same: Pick<FeatureOptions, 'mean' | 'std'> = {
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  };
  const size = { cropSize: 32, valResize: 32, thumbnail: 0, images: 0 };
  const set = await features({ checkpoint, data, branch, ...size, ...same, ...look });
  const { paths, dim, features: flat } = set;
  return {
    paths,
    features: paths.map((_, row) => Array.from(flat.subarray(row * dim, (row + 1) * dim))),
  };
}

/** Of each image, in the order of the classes' numbers. */
async function probabilitiesOf(checkpoint: string, data: string, top: number): Promise<number[][]> {
  const { predictions, classes } = await predict({ checkpoint, data, top, valResize: 32, ...look });
  return predictions.map(({ classes: likeliest }) => {
    const row: number[] = [];
    for (const { name, probability } of likeliest) row[classes.indexOf(name)] = probability;
    return row;
  });
}

test('timm loads an export strictly and computes the same features', withTimm, async () => {
  const images = noise(4, 32);
  const tuned = await finetune({
    ...{ data, checkpoint: filtered, epochs: 1, batchSize: 10, output: scratch(), ...look },
  });
  const exported = [
    [dino, 'online', 4, null],
    [dino, 'momentum', 4, null],
    [filtered, 'online', 8, null],
    [tuned.checkpoint ?? '', 'online', 8, 10],
  ] as const;
  const requests: object[] = [];
  for (const [checkpoint, branch, patchSize, classes] of exported) {
    const output = join(scratch(), 'exported.pth');
    const summary = await exportCheckpoint({ checkpoint, output, format: 'timm', branch });
    const { arch, patchSize: patch, imageSize, classes: told } = summary;
    assert.deepEqual([arch, patch, imageSize, told], ['vit_tiny', patchSize, 32, classes]);
    const probabilities = classes && (await probabilitiesOf(checkpoint, images, classes));
    const shown = await seen(checkpoint, images, branch);
    requests.push({ file: output, arch, classes, size: 32, patch, probabilities, ...shown });
  }
  const said = python(env, ['exported.py', 'timm'], requests);
  const found = said.trim().split('\n').slice(-exported.length).map(Number);
  assert.equal(found.length, exported.length);
  for (const difference of found) assert.ok(difference < 1e-5, found.join());
});

test('rdm export tells how timm loads it', async () => {
  const file = join(scratch(), 'x.pth');
  const { code, stdout, stderr } = await rdm(['export', dino, file, '--to', 'timm']);
  assert.equal(code, 0, stderr);
  const size = 'patch_size=4, img_size=32, num_classes=0';
  assert.equal(
    stdout,
    `model = timm.create_model('vit_tiny_patch16_224', ${size}, checkpoint_path='${file}')\n`,
  );
});

test("a run draws timm's initial weights, and begins with the weights of its files", {
  ...withTimm,
  skip: withTimm.skip || nightly,
}, async () => {
  const file = join(scratch(), 'timm.pth');
  python(env, ['start_weights.py', 'timm', 'vit_tiny_patch16_224', file]);
  const output = scratch();
  const still = { lr: 0, weightDecay: 0, epochs: 1, seed: 0, patchSize: 16, cropSize: 224 };
  const few = { imagesPerClass: 1, batchSize: 2, dim: 1000 };
  await pretrain(run({ ...still, ...few, output }));
  const drawn = join(output, 'checkpoint_0000.pth.tar');
  const difference = python(env, ['same_weights.py', drawn, file]);
  assert.equal(difference.trim().split('\n').at(-1), `${4 + 12 * 12 + 2} tensors are equal`);
  const images = noise(2, 32);
  const begun = scratch();
  await pretrain(
    run({ ...still, ...few, seed: 3, cropSize: 32, dim: 16, init: file, output: begun }),
  );
  const ours = await seen(join(begun, 'checkpoint_0000.pth.tar'), images);
  assert.deepEqual(ours, await seen(file, images)); // whose positions are resized from 224 pixels
});
