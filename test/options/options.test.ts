// What is left out becomes the reference's default; what makes no sense is refused with what exists.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import test from 'node:test';
import {
  checkData,
  embed,
  features,
  type KnnOptions,
  knn,
  type LinclsOptions,
  lincls,
  map,
  type PretrainOptions,
  pretrain,
  RdmError,
  spectrum,
  synthesize,
} from 'rdm-ssl';
import { resolveKnn } from '../../dist/options/looking.js';
import { resolveFinetune, resolveLincls, resolvePretrain } from '../../dist/options/runs.js';

/** Either view of main_simsiam.py. */
const view = {
  minScale: 0.2,
  maxScale: 1,
  interpolation: 'bilinear',
  jitterProb: 0.8,
  brightness: 0.4,
  contrast: 0.4,
  saturation: 0.4,
  hue: 0.1,
  grayscaleProb: 0.2,
  blurProb: 0.5,
  solarizeProb: 0,
  equalizeProb: 0,
  flipProb: 0.5,
};

/** Of both commands: no result depends on these, so that a resumed run may change them. */
const mayDiffer = [
  ...['checkpointSeconds', 'checkpointSteps', 'classes', 'data', 'device', 'gpu', 'imagesPerClass'],
  ...['exclude', 'fraction', 'images'],
  ...[
    'labels',
    'maxSteps',
    'onBadImage',
    'onDivergence',
    'output',
    'printFreq',
    'resume',
    'resumeAnyway',
  ],
  ...['startEpoch', 'val', 'valBatchSize', 'workers'],
];

test("pretrain resolves to main_simsiam.py's defaults, every key there", () => {
  const { mayDiffer: found, ...resolved } = resolvePretrain({ data: 'images' });
  assert.deepEqual(
    found.sort(),
    [
      ...mayDiffer,
      ...['init', 'keep', 'knnEvery', 'lensEvery', 'milestones', 'rankEvery', 'scoreEvery'],
    ].sort(),
  );
  assert.deepEqual(resolved, {
    data: resolve('images'),
    process: null,
    output: resolve('.'),
    arch: 'resnet50',
    dataset: 'custom',
    stem: 'imagenet',
    stemPadding: 2,
    patchSize: 16,
    method: 'simsiam',
    dim: 2048,
    projHiddenDim: 0,
    predDim: 512,
    zeroInitResidual: true,
    baseTau: 0.99,
    finalTau: 1,
    prototypes: 3000,
    temperature: 0.1,
    frozenPrototypesEpochs: 1,
    sinkhornEpsilon: 0.05,
    sinkhornIterations: 3,
    queueSize: 3840,
    queueFromEpoch: 15,
    teacherTemperature: 0.07,
    warmupTeacherTemperature: 0.04,
    warmupTeacherTemperatureEpochs: 50,
    centreMomentum: 0.9,
    learnPrototypeLengths: false,
    barlowLambda: 0.005,
    barlowScale: 0.1,
    invarianceWeight: 25,
    varianceWeight: 25,
    covarianceWeight: 1,
    predType: 'mlp',
    predLocation: 'online',
    sigma: 0,
    filterSource: 'own',
    filterSolver: 'auto',
    keepNullSpace: false,
    optimizer: 'sgd',
    larsEta: 0.02,
    schedule: 'cosine',
    warmupEpochs: 10,
    warmupStartLr: 3e-5,
    finalLr: 0,
    finalWeightDecay: null,
    clipGrad: 0,
    fixPredLr: false,
    accumulate: 1,
    onlineClassifier: false,
    classifierLr: 0.1,
    momentumClassifier: false,
    rankEvery: 10,
    knnEvery: 0,
    scoreEvery: 0,
    lensEvery: 0,
    views: [view, view],
    smallCrops: [],
    epochs: 100,
    startEpoch: 0,
    batchSize: 512,
    lr: 0.05,
    momentum: 0.9,
    weightDecay: 1e-4,
    workers: 32,
    seed: null,
    printFreq: 10,
    resume: '',
    resumeAnyway: false,
    checkpointSteps: 0,
    checkpointSeconds: 0,
    onDivergence: 'stop',
    maxSteps: 0,
    init: '',
    headWarmupEpochs: 0,
    backboneLrFactor: 1,
    keep: 3,
    milestones: 10,
    device: 'auto',
    gpu: null,
    precision: 'fp32',
    cropSize: 224,
    valBatchSize: 256,
    valResize: 256,
    valImagesPerClass: 0,
    exclude: [],
    fraction: 1,
    images: 0,
    imagesPerClass: 0,
    mean: null,
    std: null,
    labels: '',
    val: '',
    classes: '',
    decode: 'exact',
    onBadImage: 'skip',
    maxImagePixels: 178_956_970,
  });
});

test('finetune resolves to what lincls has, but for what trains a whole network', () => {
  const { mayDiffer: found, ...resolved } = resolveFinetune({ data: 'images', checkpoint: 'x' });
  assert.deepEqual(found.sort(), [...mayDiffer].sort());
  const { mayDiffer: _, pretrained, lars, evaluate, ...shared } = resolveLincls({ data: 'images' });
  assert.deepEqual(resolved, {
    ...shared,
    ...{ epochs: 30, batchSize: 256, lr: 0.05 },
    ...{ checkpoint: resolve('x'), fromScratch: false, freezeBn: false },
    ...{ backboneLrFactor: 1, labelSmoothing: 0 },
    ...{ optimizer: 'sgd', larsEta: 0.02, clipGrad: 0 },
  });
});

test("lincls resolves to main_lincls.py's defaults, every key there", () => {
  const { mayDiffer: found, ...resolved } = resolveLincls({ data: 'images' });
  assert.deepEqual(found.sort(), [...mayDiffer, 'evaluate'].sort());
  assert.deepEqual(resolved, {
    data: resolve('images'),
    process: null,
    output: resolve('.'),
    arch: 'resnet50',
    dataset: 'custom',
    stem: 'imagenet',
    stemPadding: 2,
    patchSize: 16,
    pretrained: '',
    lars: false,
    schedule: 'cosine',
    lrSteps: [60, 80],
    evaluate: false,
    labelFraction: 1,
    labelsPerClass: 0,
    epochs: 90,
    startEpoch: 0,
    batchSize: 4096,
    valBatchSize: 256,
    lr: 0.1,
    momentum: 0.9,
    weightDecay: 0,
    workers: 32,
    seed: null,
    printFreq: 10,
    resume: '',
    resumeAnyway: false,
    checkpointSteps: 0,
    checkpointSeconds: 0,
    onDivergence: 'stop',
    maxSteps: 0,
    device: 'auto',
    gpu: null,
    precision: 'fp32',
    cropSize: 224,
    valResize: 256,
    exclude: [],
    fraction: 1,
    images: 0,
    imagesPerClass: 0,
    mean: null,
    std: null,
    labels: '',
    val: '',
    classes: '',
    decode: 'exact',
    onBadImage: 'skip',
    maxImagePixels: 178_956_970,
    valImagesPerClass: 0,
  });
});

test("knn resolves to solo-learn's defaults, every key there", () => {
  assert.deepEqual(resolveKnn({ data: 'images' }), {
    data: resolve('images'),
    process: null,
    output: resolve('.'),
    arch: 'resnet50',
    dataset: 'custom',
    stem: 'imagenet',
    stemPadding: 2,
    patchSize: 16,
    pretrained: '',
    features: 'backbone',
    branch: 'online',
    votes: [{ k: 20, temperature: 0.07, distance: 'cosine' }],
    workers: 32,
    device: 'auto',
    gpu: null,
    precision: 'fp32',
    cropSize: 224,
    valBatchSize: 256,
    valResize: 256,
    valImagesPerClass: 0,
    exclude: [],
    fraction: 1,
    images: 0,
    imagesPerClass: 0,
    mean: null,
    std: null,
    labels: '',
    val: '',
    classes: '',
    decode: 'exact',
    onBadImage: 'skip',
    maxImagePixels: 178_956_970,
  });
});

test('neighbours vote once for each combination; euclidean distances have no temperature', () => {
  const { votes } = resolveKnn({
    data: 'x',
    k: [1, 200],
    temperature: [0.1, 1],
    distance: ['euclidean', 'cosine'],
  });
  assert.deepEqual(
    votes.map(({ distance, k, temperature }) => [distance, k, temperature]),
    [
      ['euclidean', 1, 0.07],
      ['euclidean', 200, 0.07],
      ['cosine', 1, 0.1],
      ['cosine', 1, 1],
      ['cosine', 200, 0.1],
      ['cosine', 200, 1],
    ],
  );
});

test('undefined counts as left out', () => {
  assert.equal(resolvePretrain({ data: 'x', epochs: undefined, seed: undefined }).epochs, 100);
});

test('evaluation resizes to crop · 256/224 unless told otherwise', () => {
  assert.equal(resolveLincls({ data: 'x', cropSize: 32 }).valResize, 37);
  assert.equal(resolveLincls({ data: 'x', cropSize: 32, valResize: 32 }).valResize, 32);
});

test('CIFAR is seen at 32 pixels, whole; other datasets at 224 of 256', () => {
  const sizes = (options: Partial<PretrainOptions>) => {
    const { cropSize, valResize } = resolvePretrain({ data: 'x', ...options });
    return [cropSize, valResize];
  };
  assert.deepEqual(sizes({ dataset: 'cifar10' }), [32, 32]);
  assert.deepEqual(sizes({ dataset: 'cifar100', cropSize: 28 }), [28, 28]);
  assert.deepEqual(sizes({ dataset: 'imagenet100' }), [224, 256]);
  const lincls = resolveLincls({ data: 'x', dataset: 'cifar100' });
  assert.deepEqual([lincls.cropSize, lincls.valResize], [32, 32]);
});

test('BYOL has its own networks; what is given wins', () => {
  const networks = (options: Partial<PretrainOptions>) => {
    const { dim, projHiddenDim, predDim, zeroInitResidual } = resolvePretrain({
      data: 'x',
      method: 'byol',
      ...options,
    });
    return { dim, projHiddenDim, predDim, zeroInitResidual };
  };
  const own = { dim: 256, projHiddenDim: 4096, predDim: 4096, zeroInitResidual: false };
  assert.deepEqual(networks({}), own);
  const given = { predDim: 8192, zeroInitResidual: true };
  assert.deepEqual(networks(given), { ...own, ...given });
});

test('each view has its own blur, solarization and equalization', () => {
  const { views } = resolvePretrain({
    data: 'x',
    blurProb: [1, 0.1],
    solarizeProb: [0, 0.2],
    equalizeProb: [0.3, 0],
  });
  assert.deepEqual(views, [
    { ...view, blurProb: 1, solarizeProb: 0, equalizeProb: 0.3 },
    { ...view, blurProb: 0.1, solarizeProb: 0.2, equalizeProb: 0 },
  ]);
});

test('small crops come behind the large ones, with a size, a scale and colours of their own', () => {
  const multiCrop: PretrainOptions = {
    ...{ data: 'x', method: 'dino', crops: ['2x64', '4x32', '6x18'] },
  };
  const small = { ...view, minScale: 0.05, maxScale: 0.4 };
  const plain = resolvePretrain(multiCrop);
  assert.equal(plain.cropSize, 64);
  assert.deepEqual(plain.views, [view, view]);
  assert.deepEqual(plain.smallCrops, [
    { ...small, count: 4, size: 32 },
    { ...small, count: 6, size: 18 },
  ]);
  const { views, smallCrops } = resolvePretrain({
    ...{ ...multiCrop, crops: ['2x64', '6x18'], cropSize: 64 },
    ...{ cropScale: [0.2, 1], smallCropScale: [0.08, 0.5] },
    ...{ jitter: [0.6, 0.6, 0.6, 0.2], smallJitter: [0.8, 0.8, 0.8, 0.2] },
    ...{ blurProb: [1, 0.1, 0.5], solarizeProb: [0, 0.2, 0.1], equalizeProb: [0.3, 0.3] },
  });
  const large = { ...view, brightness: 0.6, contrast: 0.6, saturation: 0.6, hue: 0.2 };
  assert.deepEqual(views, [
    { ...large, blurProb: 1, solarizeProb: 0, equalizeProb: 0.3 },
    { ...large, blurProb: 0.1, solarizeProb: 0.2, equalizeProb: 0.3 },
  ]);
  assert.deepEqual(smallCrops, [
    {
      ...{ ...view, count: 6, size: 18, minScale: 0.08, maxScale: 0.5 },
      ...{ brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 },
      ...{ blurProb: 0.5, solarizeProb: 0.1, equalizeProb: 0.3 },
    },
  ]);
});

test('the size of large crops is that of CIFAR where it says so, and what validation sees', () => {
  const { cropSize, valResize } = resolvePretrain({
    ...{ data: 'x', method: 'swav', crops: ['2x28', '6x12'], dataset: 'cifar10' },
  });
  assert.deepEqual([cropSize, valResize], [28, 28]);
});

test('workers 0, the main process in the reference, becomes one thread', () => {
  assert.equal(resolvePretrain({ data: 'x', workers: 0 }).workers, 1);
});

test('ranks are measured as often as steps are printed, unless told otherwise', () => {
  assert.equal(resolvePretrain({ data: 'x', printFreq: 3 }).rankEvery, 3);
  assert.equal(resolvePretrain({ data: 'x', printFreq: 3, rankEvery: 50 }).rankEvery, 50);
});

test('a list of classes is found from anywhere', () => {
  assert.equal(
    resolvePretrain({ data: 'x', classes: 'hundred.txt' }).classes,
    resolve('hundred.txt'),
  );
});

test('a filter of the target carries its source', () => {
  const { predType, predLocation, sigma, filterSource, filterSolver, keepNullSpace } =
    resolvePretrain({
      data: 'x',
      predictor: {
        ...{ type: 'poly', location: 'target', sigma: -0.5 },
        ...{ source: 'online', solver: 'svd' },
      },
    });
  assert.deepEqual(
    { predType, predLocation, sigma, filterSource, filterSolver, keepNullSpace },
    {
      predType: 'poly',
      predLocation: 'target',
      sigma: -0.5,
      filterSource: 'online',
      filterSolver: 'svd',
      keepNullSpace: false,
    },
  );
});

/** Options as JavaScript may pass them, whatever the types say. */
type Loose = Record<string, unknown>;

const refusals: [given: Loose, message: string, hint: RegExp][] = [
  [{ batchSize: 0 }, '--batch-size must be a whole number of at least 1, not 0', /^$/],
  [{ epochs: 1.5 }, '--epochs must be a whole number of at least 1, not 1.5', /^$/],
  [{ epochs: '2' }, "--epochs must be a whole number of at least 1, not the text '2'", /^$/],
  [{ fixPredLr: 'no' }, "--fix-pred-lr must be true or false, not the text 'no'", /^$/],
  [{ blurProb: 0.5 }, '--blur-prob must be a list of 2 or 3 numbers, not 0.5', /^$/],
  [{ output: 3 }, '--output must be a text, not 3', /^$/],
  [{ lr: Number.NaN }, '--learning-rate must be a number of at least 0, not NaN', /^$/],
  [{ arch: 'resnet19' }, "unknown architecture 'resnet19'", /resnet18, .*wide_resnet101_2/],
  [{ device: 'tpu' }, "unknown device 'tpu'", /auto, cpu, cuda/],
  [{ precision: 'fp8' }, "unknown precision 'fp8'", /fp32, bf16, fp16/],
  [{ decode: 'rough' }, "unknown decoding 'rough'", /exact, fast/],
  [{ onBadImage: 'ask' }, "unknown action on a bad image 'ask'", /skip, stop/],
  [
    { dataset: 'cifar' },
    "unknown dataset 'cifar'",
    /custom, cifar10, cifar100, imagenet100, imagenet/,
  ],
  [{ method: 'moco' }, "unknown method 'moco'", /simsiam, byol, swav, dino, barlow, vicreg/],
  [
    { method: 'swav', predictor: { type: 'poly', location: 'target', sigma: -1 } },
    '--pred-type poly has no place in swav: its branches differ by the assignment to prototypes, ' +
      'and it compares no features',
    /--method simsiam or byol/,
  ],
  [
    { method: 'vicreg', predictor: { type: 'log', location: 'online' } },
    '--pred-type log has no place in vicreg: its branches are to be alike, and its loss keeps the ' +
      'rank up',
    /--method simsiam or byol/,
  ],
  [
    {
      method: 'dino',
      predictor: { type: 'poly', location: 'target', sigma: -1, source: 'online' },
    },
    '--filter-source online has no place in dino: many crops predict one target, each with its own directions',
    /^leave it out: the target is filtered by its own$/,
  ],
  [{ stem: 'small' }, "unknown stem 'small'", /imagenet, cifar/],
  [{ stemPadding: 3 }, "unknown padding of the stem '3'", /1, 2/],
  [{ arch: 'vit_tiny', patchSize: 5 }, "unknown patch size '5'", /4, 8, 16/],
  [
    { arch: 'vit_tiny', cropSize: 30, patchSize: 4 },
    '--crop-size 30 does not divide into the patches of vit_tiny, 4 pixels on a side',
    /^take --crop-size 28 or 32, or another --patch-size$/,
  ],
  [
    { arch: 'vit_base', cropSize: 8 },
    '--crop-size 8 does not divide into the patches of vit_base, 16 pixels on a side',
    /^take --crop-size 16, or another --patch-size$/,
  ],
  [
    { method: 'dino', arch: 'vit_tiny', patchSize: 8, cropSize: 32, crops: ['2x32', '4x20'] },
    '--crops 4x20 does not divide into the patches of vit_tiny, 8 pixels on a side',
    /^take --crops 4x16 or 4x24, or another --patch-size$/,
  ],
  [{ optimizer: 'adam' }, "unknown optimizer 'adam'", /sgd, lars, adamw/],
  [{ schedule: 'step' }, "unknown schedule 'step'", /cosine, warmup-cosine/],
  [{ interpolation: 'nearest' }, "unknown interpolation 'nearest'", /bilinear, bicubic/],
  [{ accumulate: 0 }, '--accumulate must be a whole number of at least 1, not 0', /^$/],
  [{ rankEvery: 0 }, '--rank-every must be a whole number of at least 1, not 0', /^$/],
  [{ baseTau: 1.5 }, '--base-tau must be a number from 0 to 1, not 1.5', /^$/],
  [{ blurProb: [0.5, 2] }, '--blur-prob must be a number from 0 to 1, not 2', /^$/],
  [{ jitter: [0, 0, 0, 0.7] }, "--jitter's hue must be a number from 0 to 0.5, not 0.7", /^$/],
  [{ cropScale: [1, 0.2] }, '--crop-scale 1,0.2 is no range of shares of an image', /0\.2,1/],
  [
    { method: 'simsiam', crops: ['2x32', '6x16'] },
    '--crops 2x32,6x16 has no place in simsiam: its loss aligns two views, each of which is the target of the other',
    /^leave it out, or take --method byol or swav or dino$/,
  ],
  [
    { method: 'barlow', crops: ['2x32', '6x16'] },
    '--crops 2x32,6x16 has no place in barlow: its loss is that of the correlations between two views',
    /--method byol or swav or dino$/,
  ],
  [
    { method: 'vicreg', crops: ['2x32', '6x16'] },
    '--crops 2x32,6x16 has no place in vicreg: its loss weighs the distance of two views against their variances',
    /--method byol or swav or dino$/,
  ],
  [
    { method: 'dino', crops: ['2x32', '6x'] },
    '--crops 2x32,6x is no list of counts and sizes',
    /two large crops, then small ones: --crops 2x224,6x96/,
  ],
  [
    { method: 'dino', crops: ['6x96', '2x224'] },
    '--crops 6x96,2x224 has 6 large crops, and losses take two',
    /2x224,6x96/,
  ],
  [
    { method: 'dino', crops: ['2x32'] },
    '--crops 2x32 has no small crops',
    /--crop-size 32.*--crops 2x32,6x16/,
  ],
  [
    { method: 'dino', crops: '2x32,6x16' },
    "--crops must be a list of crops such as 2x224, not the text '2x32,6x16'",
    /^$/,
  ],
  [
    { method: 'dino', crops: ['2x32', '6x16'], cropSize: 64 },
    '--crops 2x32,6x16 contradicts --crop-size 64, the size of large crops',
    /^give one of them$/,
  ],
  [
    { method: 'dino', crops: ['2x32', '6x16'], smallCropScale: [0, 0.4] },
    '--small-crop-scale 0,0.4 is no range of shares of an image',
    /0\.2,1/,
  ],
  [
    { method: 'dino', crops: ['2x32', '6x16'], blurProb: [1, 0.1] },
    '--blur-prob 1,0.1 is for the large crops, and leaves open what small ones get',
    /--blur-prob 1,0\.1,0/,
  ],
  [
    { method: 'dino', solarizeProb: [0, 0.2, 0.1] },
    '--solarize-prob 0,0.2,0.1 has a value for small crops, and there are none',
    /--crops 2x224,6x96/,
  ],
  [
    { momentumClassifier: true, onlineClassifier: true },
    '--momentum-classifier has nothing to look at: simsiam has no momentum network',
    /--method byol/,
  ],
  [
    { momentumClassifier: true, method: 'byol' },
    '--momentum-classifier goes with the online classifier, which is off',
    /--online-classifier/,
  ],
  [
    { predictor: { type: 'poly', location: 'online', sigma: 1, solver: 'qr' } },
    "unknown filter solver 'qr'",
    /auto, eigh, svd, newton/,
  ],
  [{ maxImagePixels: 0 }, '--max-image-pixels must be a whole number of at least 1, not 0', /^$/],
  [{ device: 'cpu', gpu: 1 }, '--gpu 1 contradicts --device cpu', /^$/],
  [
    { predictor: { type: 'ploy' } },
    "unknown predictor type 'ploy'",
    /mlp, poly, log, log_1, log_2/,
  ],
  [
    { predictor: { type: 'poly', location: 'middle', sigma: 1 } },
    "unknown predictor location 'middle'",
    /online, target/,
  ],
  [
    { predictor: { type: 'log_1', location: 'target' } },
    'the log_1 predictor has no place on the target',
    /on the target: poly/,
  ],
  [
    { predictor: { type: 'poly', location: 'target', sigma: -1, source: 'both' } },
    "unknown filter source 'both'",
    /own, online/,
  ],
  [
    { predictor: { type: 'poly', location: 'online', sigma: Number.NaN } },
    '--sigma must be a number, not NaN',
    /^$/,
  ],
];

const knnRefusals: typeof refusals = [
  [{ k: [20, 0] }, '--k must be a whole number of at least 1, not 0', /^$/],
  [{ k: [1.5] }, '--k must be a whole number of at least 1, not 1.5', /^$/],
  [{ temperature: [0] }, '--temperature must be a number above 0, not 0', /^$/],
  [{ temperature: [0.1, Number.NaN] }, '--temperature must be a number above 0, not NaN', /^$/],
  [{ distance: ['cosine', 'hamming'] }, "unknown distance 'hamming'", /cosine, euclidean/],
  [{ data: undefined }, 'no data folder was given', /train\/ and val\//],
  [
    { cropSize: 32, valResize: 31 },
    '--val-resize must be a whole number of at least 32, not 31',
    /^$/,
  ],
  [{ device: 'cpu', gpu: 1 }, '--gpu 1 contradicts --device cpu', /^$/],
];

for (const [resolveOptions, table] of [
  [(given: Loose) => resolvePretrain(given as unknown as PretrainOptions), refusals],
  [(given: Loose) => resolveKnn(given as unknown as KnnOptions), knnRefusals],
] as const)
  for (const [given, message, hint] of table) {
    test(`refuses ${JSON.stringify(given)}`, () => {
      assert.throws(
        () => resolveOptions({ data: 'x', ...given }),
        (error) => {
          assert.ok(error instanceof RdmError);
          assert.equal(error.code, 'usage');
          assert.equal(error.message, message);
          assert.match(error.hint, hint);
          return true;
        },
      );
    });
  }

test('refuses a resize smaller than the crop, and no data folder', () => {
  const wrong = (options: LinclsOptions) => () => resolveLincls(options);
  assert.throws(wrong({ data: 'x', cropSize: 32, valResize: 31 }), /--val-resize must be/);
  assert.throws(wrong({ data: 'x', lrSteps: [60, 0.5] }), /--lr-steps must be a whole number/);
  assert.throws(wrong({}), /no data folder was given/);
});

test('a key that does not exist is refused with the nearest that does, by every job', async () => {
  const key = (job: (options: never) => Promise<unknown>, options: object, message: string) =>
    assert.rejects(job(options as never), (error: RdmError) => {
      assert.equal(error.code, 'usage');
      assert.equal(error.message, message);
      return true;
    });
  const data = 'x';
  const checkpoint = 'x.pth.tar';
  const unknown = (name: string, near: string) => `unknown option '${name}'; did you mean ${near}?`;
  await key(pretrain, { data, bachSize: 2 }, unknown('bachSize', 'batchSize'));
  await key(pretrain, { data, sigma: 2 }, unknown('sigma', 'predictor'));
  await key(pretrain, { data, predictor: { type: 'poly', sigmas: 2 } }, unknown('sigmas', 'sigma'));
  await key(lincls, { data, learningRate: 2 }, unknown('learningRate', 'lr'));
  await key(lincls, { data, colours: 2 }, "unknown option 'colours'");
  await key(knn, { data, ks: [1] }, unknown('ks', 'k'));
  await key(spectrum, { checkpoint, image: 3 }, unknown('image', 'images'));
  await key(features, { checkpoint, thumbnails: 3 }, unknown('thumbnails', 'thumbnail'));
  await key(checkData, { data, worker: 3 }, unknown('worker', 'workers'));
  await key(synthesize, { output: 'x', sizes: 3 }, unknown('sizes', 'size'));
});

test('a job without options says so', async () => {
  for (const job of [pretrain, lincls, knn, spectrum, features, map, embed]) {
    const call = job as unknown as () => Promise<unknown>;
    await assert.rejects(call(), {
      code: 'usage',
      message: 'options must be an object, not undefined',
    });
  }
});
