// What is left out becomes the reference's default; what makes no sense is refused with what exists.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import test from 'node:test';
import { type LinclsOptions, type PretrainOptions, RdmError } from 'rdm-ssl';
import { resolveLincls, resolvePretrain } from '../dist/options.js';

test("pretrain resolves to main_simsiam.py's defaults, every key there", () => {
  assert.deepEqual(resolvePretrain({ data: 'images' }), {
    data: resolve('images'),
    output: resolve('.'),
    arch: 'resnet50',
    dim: 2048,
    predDim: 512,
    predType: 'mlp',
    predLocation: 'online',
    sigma: 0,
    filterSource: 'own',
    keepNullSpace: false,
    fixPredLr: false,
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
    device: 'auto',
    gpu: null,
    precision: 'fp32',
    cropSize: 224,
    imagesPerClass: 0,
    classes: '',
    decode: 'exact',
    onBadImage: 'skip',
    maxImagePixels: 178_956_970,
  });
});

test("lincls resolves to main_lincls.py's defaults, every key there", () => {
  assert.deepEqual(resolveLincls({ data: 'images' }), {
    data: resolve('images'),
    output: resolve('.'),
    arch: 'resnet50',
    pretrained: '',
    lars: false,
    evaluate: false,
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
    device: 'auto',
    gpu: null,
    precision: 'fp32',
    cropSize: 224,
    valResize: 256,
    imagesPerClass: 0,
    classes: '',
    decode: 'exact',
    onBadImage: 'skip',
    maxImagePixels: 178_956_970,
    valImagesPerClass: 0,
  });
});

test('undefined counts as left out', () => {
  assert.equal(resolvePretrain({ data: 'x', epochs: undefined, seed: undefined }).epochs, 100);
});

test('evaluation resizes to crop · 256/224 unless told otherwise', () => {
  assert.equal(resolveLincls({ data: 'x', cropSize: 32 }).valResize, 37);
  assert.equal(resolveLincls({ data: 'x', cropSize: 32, valResize: 32 }).valResize, 32);
});

test('workers 0, the main process in the reference, becomes one thread', () => {
  assert.equal(resolvePretrain({ data: 'x', workers: 0 }).workers, 1);
});

test('a list of classes is found from anywhere', () => {
  assert.equal(
    resolvePretrain({ data: 'x', classes: 'hundred.txt' }).classes,
    resolve('hundred.txt'),
  );
});

test('a filter of the target carries its source', () => {
  const { predType, predLocation, sigma, filterSource, keepNullSpace } = resolvePretrain({
    data: 'x',
    predictor: { type: 'poly', location: 'target', sigma: -0.5, source: 'online' },
  });
  assert.deepEqual(
    { predType, predLocation, sigma, filterSource, keepNullSpace },
    {
      predType: 'poly',
      predLocation: 'target',
      sigma: -0.5,
      filterSource: 'online',
      keepNullSpace: false,
    },
  );
});

/** Options as JavaScript may pass them, whatever the types say. */
type Loose = Record<string, unknown>;

const refusals: [given: Loose, message: string, hint: RegExp][] = [
  [{ batchSize: 0 }, '--batch-size must be a whole number of at least 1, not 0', /^$/],
  [{ epochs: 1.5 }, '--epochs must be a whole number of at least 1, not 1.5', /^$/],
  [{ lr: Number.NaN }, '--learning-rate must be a number of at least 0, not NaN', /^$/],
  [{ arch: 'resnet19' }, "unknown architecture 'resnet19'", /resnet18, .*wide_resnet101_2/],
  [{ device: 'tpu' }, "unknown device 'tpu'", /auto, cpu, cuda/],
  [{ precision: 'fp8' }, "unknown precision 'fp8'", /fp32, bf16/],
  [{ decode: 'rough' }, "unknown decoding 'rough'", /exact, fast/],
  [{ onBadImage: 'ask' }, "unknown action on a bad image 'ask'", /skip, stop/],
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

for (const [given, message, hint] of refusals) {
  test(`refuses ${JSON.stringify(given)}`, () => {
    const options = { data: 'x', ...given } as unknown as PretrainOptions;
    assert.throws(
      () => resolvePretrain(options),
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
  assert.throws(wrong({}), /no data folder was given/);
});
