// Each recipe resolves to the numbers of the script that it reproduces.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loadRecipe, recipes } from 'rdm-ssl';
import { resolveLincls, resolvePretrain } from '../../dist/options/runs.js';
import { flagSchemas } from '../../dist/recipes/schema.js';
import { commandAt } from '../support/commands.js';
import { scratch } from '../support/folders.js';
import { root } from '../support/rdm.js';

/** What all scripts based on solo-learn have in common. */
const solo = {
  arch: 'resnet18',
  momentum: 0.9,
  weightDecay: 1e-5,
  batchSize: 256, // ImageNet-100: 128 on each of two GPUs
  accumulate: 1,
  schedule: 'warmup-cosine',
  warmupEpochs: 10,
  warmupStartLr: 3e-5,
  precision: 'bf16',
  onlineClassifier: true,
  classifierLr: 0.1,
};
const simsiam = {
  method: 'simsiam',
  optimizer: 'sgd',
  lr: 0.5,
  projHiddenDim: 2048,
  dim: 2048,
  zeroInitResidual: true,
  momentumClassifier: false,
};
const byol = {
  method: 'byol',
  optimizer: 'lars',
  larsEta: 0.02,
  projHiddenDim: 4096,
  dim: 256,
  zeroInitResidual: false,
  baseTau: 0.99,
  finalTau: 1,
};
const cifar = {
  dataset: 'cifar10',
  stem: 'cifar',
  stemPadding: 2,
  cropSize: 32,
  valResize: 32,
};
const hundred = { dataset: 'imagenet100', stem: 'imagenet', cropSize: 224, valResize: 256 };
const authors = { epochs: 400, predType: 'poly', predLocation: 'target', sigma: -1 };
const learnable = (predDim: number, fixPredLr: boolean) => ({
  predType: 'mlp',
  predDim,
  fixPredLr,
});
const imagenet = {
  dataset: 'imagenet',
  method: 'simsiam',
  arch: 'resnet50',
  stem: 'imagenet',
  cropSize: 224,
  epochs: 100,
  batchSize: 512,
  lr: 0.05,
  momentum: 0.9,
  weightDecay: 1e-4,
  optimizer: 'sgd',
  schedule: 'cosine',
  dim: 2048,
  projHiddenDim: 0,
  zeroInitResidual: true,
  precision: 'fp32',
  onlineClassifier: false,
  predType: 'poly',
  predLocation: 'target',
  sigma: -1,
};

const swav = {
  ...{
    method: 'swav',
    optimizer: 'lars',
    larsEta: 0.02,
    lr: 0.6,
    finalLr: 0.0006,
    weightDecay: 1e-6,
  },
  ...{ projHiddenDim: 2048, dim: 128, prototypes: 3000, frozenPrototypesEpochs: 2 },
  ...{ temperature: 0.1, sinkhornEpsilon: 0.05, sinkhornIterations: 3 },
  ...{ queueSize: 3840, queueFromEpoch: 50, zeroInitResidual: false, momentumClassifier: false },
};
const dino = {
  ...{ method: 'dino', optimizer: 'lars', larsEta: 0.02, lr: 0.3, weightDecay: 1e-6 },
  ...{ projHiddenDim: 2048, dim: 256, prototypes: 4096, frozenPrototypesEpochs: 1 },
  ...{ temperature: 0.1, warmupTeacherTemperature: 0.04, teacherTemperature: 0.07 },
  ...{ warmupTeacherTemperatureEpochs: 50, centreMomentum: 0.9, baseTau: 0.9995, finalTau: 1 },
  ...{ zeroInitResidual: false, momentumClassifier: true, clipGrad: 0 },
};
const dinoVit = {
  ...{ ...solo, ...dino, larsEta: 0.02, arch: 'vit_tiny', optimizer: 'adamw', lr: 0.005 },
  ...{ weightDecay: 1e-4, batchSize: 128, warmupStartLr: 1e-6, precision: 'fp32' }, // 64 on each of two GPUs
  ...{ learnPrototypeLengths: true, classifierLr: 0.003, momentumClassifier: false },
};
const symmetric = {
  ...{ optimizer: 'lars', larsEta: 0.02, lr: 0.3, weightDecay: 1e-4 },
  ...{ projHiddenDim: 2048, dim: 2048, zeroInitResidual: false, momentumClassifier: false },
};
const barlow = { ...symmetric, method: 'barlow', barlowLambda: 0.005, barlowScale: 0.1 };
const vicreg = {
  ...{ ...symmetric, method: 'vicreg' },
  ...{ invarianceWeight: 25, varianceWeight: 25, covarianceWeight: 1 },
};

const pretraining: Record<string, object> = {
  'cifar/rdmsimsiam': { ...solo, ...simsiam, ...cifar, ...authors },
  'cifar/simsiam': { ...solo, ...simsiam, ...cifar, ...learnable(512, true), epochs: 1000 },
  'cifar/rdmbyol': { ...solo, ...byol, ...cifar, ...authors, lr: 1, momentumClassifier: true },
  'cifar/byol': {
    ...{ ...solo, ...byol, ...cifar, ...learnable(4096, false) },
    ...{ epochs: 1000, lr: 1, momentumClassifier: true },
  },
  'imagenet100/rdmsimsiam': { ...solo, ...simsiam, ...hundred, ...authors },
  'imagenet100/simsiam': {
    ...{ ...solo, ...simsiam, ...hundred, ...learnable(512, true) },
    epochs: 400,
  },
  'imagenet100/rdmbyol': {
    ...{ ...solo, ...byol, ...hundred, ...authors },
    ...{ lr: 0.5, momentumClassifier: false },
  },
  'imagenet100/byol': {
    ...{ ...solo, ...byol, ...hundred, ...learnable(8192, false) },
    ...{ epochs: 400, lr: 0.5, momentumClassifier: false },
  },
  ...Object.fromEntries(
    Object.entries({ swav, dino, barlow, vicreg }).flatMap(([name, own]) => [
      [`cifar/${name}`, { ...solo, ...own, ...cifar, epochs: 1000 }],
      [`imagenet100/${name}`, { ...solo, ...own, ...hundred, epochs: 400 }],
    ]),
  ),
  'cifar/swav-multicrop': {
    ...{ ...solo, ...swav, ...cifar, epochs: 1000 },
    ...{ batchSize: 200, queueFromEpoch: 100 },
  },
  'imagenet100/swav-multicrop': { ...solo, ...swav, ...hundred, epochs: 400 },
  'imagenet100/dino-multicrop': { ...solo, ...dino, ...hundred, epochs: 400 },
  'imagenet100/byol-multicrop': {
    ...{ ...solo, ...byol, ...hundred, ...learnable(8192, false) },
    ...{ epochs: 400, lr: 0.5, momentumClassifier: false },
  },
  'cifar/dino_vit': {
    ...{ ...dinoVit, dataset: 'cifar10', cropSize: 32, valResize: 32 },
    ...{ patchSize: 4, prototypes: 4096, epochs: 1000 },
  },
  'imagenet100/dino_vit': {
    ...{ ...dinoVit, ...hundred, patchSize: 16, prototypes: 65_536, epochs: 400 },
  },
  'imagenet/rdmsimsiam': { ...imagenet, fixPredLr: false },
  'imagenet/grid': { ...imagenet, fixPredLr: true },
};

/** Scale, interpolation, jitter, grey, flip, and blur and solarization of either view. */
type Views = [number, string, number[], number, number, [number, number], [number, number]];
const four: [number[], number, number] = [[0.4, 0.4, 0.4, 0.1], 0.2, 0.5];
const two: [number[], number, number] = [[0.4, 0.4, 0.2, 0.1], 0.2, 0.5];
const eight: [number[], number, number] = [[0.8, 0.8, 0.8, 0.2], 0.2, 0.5];
const six: [number[], number, number] = [[0.6, 0.6, 0.6, 0.2], 0.2, 0.5];
const views: Record<string, Views> = {
  'cifar/swav': [0.08, 'bicubic', ...eight, [0, 0], [0, 0]],
  'imagenet100/swav': [0.08, 'bicubic', ...eight, [0.5, 0.5], [0, 0]],
  'cifar/dino': [0.08, 'bicubic', ...two, [0, 0], [0, 0.2]],
  'imagenet100/dino': [0.08, 'bicubic', ...two, [1, 0.1], [0, 0.2]],
  'cifar/dino_vit': [0.08, 'bicubic', ...two, [0, 0], [0, 0.2]],
  'imagenet100/dino_vit': [0.08, 'bicubic', ...two, [1, 0.1], [0, 0.2]],
  'cifar/barlow': [0.08, 'bicubic', ...two, [0, 0], [0, 0.2]],
  'imagenet100/barlow': [0.08, 'bicubic', ...two, [1, 0.1], [0, 0.2]],
  'cifar/vicreg': [0.2, 'bicubic', ...two, [0, 0], [0.1, 0.1]],
  'imagenet100/vicreg': [0.2, 'bicubic', ...two, [0.5, 0.5], [0.1, 0.1]],
  'cifar/swav-multicrop': [0.2, 'bicubic', ...six, [0, 0], [0, 0.2]],
  'imagenet100/swav-multicrop': [0.14, 'bicubic', ...eight, [0.5, 0.5], [0, 0]],
  'imagenet100/dino-multicrop': [0.4, 'bicubic', ...two, [1, 0.1], [0, 0.2]],
  'imagenet100/byol-multicrop': [0.08, 'bicubic', ...two, [1, 0.1], [0, 0.2]],
  'cifar/rdmsimsiam': [0.08, 'bicubic', ...four, [0, 0], [0, 0]],
  'cifar/simsiam': [0.08, 'bicubic', ...four, [0, 0], [0, 0]],
  'cifar/rdmbyol': [0.08, 'bicubic', ...two, [0, 0], [0, 0.2]],
  'cifar/byol': [0.08, 'bicubic', ...two, [0, 0], [0, 0.2]],
  'imagenet100/rdmsimsiam': [0.08, 'bicubic', ...four, [0.5, 0.5], [0, 0]],
  'imagenet100/simsiam': [0.08, 'bicubic', ...four, [0.5, 0.5], [0, 0]],
  'imagenet100/rdmbyol': [0.08, 'bicubic', ...two, [1, 0.1], [0, 0.2]],
  'imagenet100/byol': [0.08, 'bicubic', ...two, [1, 0.1], [0, 0.2]],
  'imagenet/rdmsimsiam': [0.2, 'bilinear', ...four, [0.5, 0.5], [0, 0]],
  'imagenet/grid': [0.2, 'bilinear', ...four, [0.5, 0.5], [0, 0]],
};

/** Of small crops: how many, their size, scale and strengths of colour, blur and solarization. */
const smallCrops: Record<string, [number, number, [number, number], number[], number, number]> = {
  'cifar/swav-multicrop': [6, 18, [0.08, 0.5], eight[0], 0, 0.1],
  'imagenet100/swav-multicrop': [6, 96, [0.05, 0.14], eight[0], 0.5, 0],
  'imagenet100/dino-multicrop': [8, 96, [0.05, 0.4], two[0], 0.5, 0],
  'imagenet100/byol-multicrop': [6, 96, [0.08, 1], two[0], 0, 0],
};

const steps = { epochs: 100, batchSize: 256, weightDecay: 0, schedule: 'step', lrSteps: [60, 80] };
const linear: Record<string, object> = {
  'linear/imagenet': {
    ...{ dataset: 'imagenet', epochs: 90, batchSize: 4096, lr: 0.1, weightDecay: 0 },
    ...{ lars: true, schedule: 'cosine', cropSize: 224, valResize: 256 },
  },
  'linear/imagenet100-simsiam': { dataset: 'imagenet100', ...steps, lr: 30, lars: false },
  'linear/imagenet100-byol': { dataset: 'imagenet100', ...steps, lr: 0.3, lars: false },
};

test('there is a recipe for each script, and a test for each recipe', async () => {
  const listed = await recipes();
  const names = [...Object.keys(pretraining), ...Object.keys(linear)].sort();
  assert.deepEqual(
    listed.map(({ name }) => name),
    names,
  );
  for (const { description, reproduces } of listed) assert.ok(description && reproduces);
});

for (const [name, expected] of Object.entries(pretraining)) {
  test(`${name} resolves to its script's numbers`, async () => {
    const { options } = await loadRecipe(name, 'pretrain');
    const resolved = resolvePretrain({ ...options, data: '.' });
    assert.deepEqual({ ...resolved, ...expected }, resolved);
    const [first, second] = resolved.views;
    const { minScale, maxScale, interpolation, brightness, contrast, saturation, hue } = first;
    assert.deepEqual(
      [
        ...[minScale, interpolation, [brightness, contrast, saturation, hue]],
        ...[first.grayscaleProb, first.flipProb],
        ...[
          [first.blurProb, second.blurProb],
          [first.solarizeProb, second.solarizeProb],
        ],
      ],
      views[name],
    );
    const equalized = name === 'cifar/swav-multicrop' ? 0.2 : 0;
    assert.deepEqual([maxScale, first.jitterProb, first.equalizeProb], [1, 0.8, equalized]);
    const alone = { blurProb: 0, solarizeProb: 0, equalizeProb: 0 };
    assert.deepEqual({ ...first, ...alone }, { ...second, ...alone });
    assert.equal(second.equalizeProb, 0);
    const small = resolved.smallCrops.map((crop) => [
      ...[crop.count, crop.size, [crop.minScale, crop.maxScale]],
      ...[[crop.brightness, crop.contrast, crop.saturation, crop.hue], crop.blurProb],
      ...[crop.solarizeProb],
    ]);
    assert.deepEqual(small, smallCrops[name] ? [smallCrops[name]] : []);
  });
}

for (const [name, expected] of Object.entries(linear)) {
  test(`${name} resolves to its script's numbers`, async () => {
    const { options } = await loadRecipe(name, 'lincls');
    const resolved = resolveLincls({ ...options, data: '.' });
    assert.deepEqual({ ...resolved, ...expected, momentum: 0.9 }, resolved);
    assert.equal(options.arch, undefined); // the checkpoint's
  });
}

for (const command of ['pretrain', 'lincls'] as const) {
  test(`a recipe of ${command} may hold each of its flags, and no others`, () => {
    const own =
      /^(recipe|json|world-size|rank|dist-.*|multiprocessing-distributed|nproc-per-node|max-restarts|time-limit)$/;
    const flags = commandAt(command)
      .options.filter(({ hidden }) => !hidden)
      .map(({ long }) => long?.slice('--'.length) ?? '')
      .filter((name) => !own.test(name));
    assert.deepEqual(Object.keys(flagSchemas[command].shape).sort(), flags.sort());
  });
}

test('a recipe and the options of the caller are merged as objects are', async () => {
  const { options } = await loadRecipe('cifar/byol', 'pretrain');
  const { epochs, lr, data } = resolvePretrain({ ...options, epochs: 5, data: '/images' });
  assert.deepEqual({ epochs, lr, data }, { epochs: 5, lr: 1, data: '/images' });
});

test('the documentation names each recipe, and its example is one', async () => {
  const text = readFileSync(join(root, 'docs/recipes.md'), 'utf8');
  for (const { name } of await recipes()) assert.ok(text.includes(`\`${name}\``), name);
  const path = join(scratch(), 'mine.yaml');
  writeFileSync(path, text.match(/```yaml\n(.*?)```/s)?.[1] ?? '');
  const { options } = await loadRecipe(path, 'pretrain');
  assert.deepEqual(options.solarizeProb, [0, 0.2]);
});
