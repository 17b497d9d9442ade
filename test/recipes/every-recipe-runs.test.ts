// Every recipe runs: two steps on made-up images, shrunk in size and in nothing else.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  type Event,
  type LinclsOptions,
  lincls,
  loadRecipe,
  type PretrainOptions,
  pretrain,
  recipes,
} from 'rdm-ssl';
import { dataset, scratch } from '../support/folders.js';

let data: string;
before(async () => {
  data = await dataset();
});

/** Ten images of ten classes in two batches. The names of data sets and the warm-up's length go with them. */
const size = {
  dataset: 'custom',
  epochs: 1,
  batchSize: 5,
  imagesPerClass: 1,
  valImagesPerClass: 1,
  workers: 2,
  printFreq: 1,
  seed: 1,
  device: 'cpu',
} as const;
/**
 * Maps stay larger than a pixel before the last stage: on a CPU LibTorch's bf16 leaves parts of the gradient
 * of a 3×3 convolution with stride 2 on 1×1 unset, and LARS takes its norm.
 */
const cropSize = (stem?: string) => (stem === 'cifar' ? 16 : 32);
/** As many, likewise: 6x96 → 6x18. */
const shrunk = (crops: string, stem?: string) =>
  crops.replace(/x.*/, crops.startsWith('2x') ? `x${cropSize(stem)}` : 'x18');
const heads = { dim: 64, projHiddenDim: 64, predDim: 32, prototypes: 20 };

async function follow(run: (onEvent: (event: Event) => void) => Promise<unknown>) {
  const events: Event[] = [];
  await run((event) => events.push(event));
  const only = <Type extends Event['type']>(type: Type) =>
    events.filter((event): event is Extract<Event, { type: Type }> => event.type === type);
  const steps = only('step').filter(({ phase }) => phase === 'train');
  return { only, steps };
}

const pretraining = (options: PretrainOptions) =>
  follow((onEvent) => pretrain(options, { onEvent }));
const evaluating = (options: LinclsOptions) => follow((onEvent) => lincls(options, { onEvent }));

const all = await recipes();

for (const { name } of all.filter(({ command }) => command === 'pretrain')) {
  test(`${name} runs`, async () => {
    const { options } = await loadRecipe(name, 'pretrain');
    const crop = options.crops
      ? { crops: options.crops.map((crops) => shrunk(crops, options.stem)) }
      : { cropSize: cropSize(options.stem) };
    const arch = options.patchSize ? (options.arch ?? 'vit_tiny') : 'resnet18';
    const run = { ...options, ...size, arch, ...crop, ...heads, data, output: scratch() };
    const { only, steps } = await pretraining(run);
    assert.equal(only('start')[0]?.method, options.method ?? 'simsiam');
    assert.equal(steps.length, 2);
    const warm = options.schedule === 'warmup-cosine';
    const first = warm ? (options.warmupStartLr ?? 0) : (0.05 * 5) / 256;
    assert.ok(Math.abs((steps[0]?.lr ?? 0) - first) < 1e-9);
    for (const { loss, top1, momentumTop1 } of steps) {
      assert.ok(Number.isFinite(loss.value));
      assert.equal(top1 !== undefined, options.onlineClassifier ?? false);
      assert.equal(momentumTop1 !== undefined, options.momentumClassifier ?? false);
    }
    assert.equal(only('evaluation').length, options.onlineClassifier ? 1 : 0);
    assert.equal(only('checkpoint').length, 1);
  });
}

for (const { name } of all.filter(({ command }) => command === 'lincls')) {
  test(`${name} runs on what a recipe of CIFAR pretrained`, async () => {
    const pretrained = await checkpoint();
    const { options } = await loadRecipe(name, 'lincls');
    const { only, steps } = await evaluating({
      ...options,
      ...size, // and the checkpoint's architecture
      ...{ pretrained, output: scratch() },
    });
    const [recorded] = only('recorded');
    assert.deepEqual([recorded?.stem, recorded?.stemPadding, recorded?.data], ['cifar', 2, data]);
    assert.equal(steps.length, 2);
    const rate = ((options.lr ?? 0) * 5) / 256;
    assert.ok(Math.abs((steps[0]?.lr ?? 0) - rate) < 1e-9 * rate);
    assert.equal(only('sanity_check').length, 1);
    assert.equal(only('evaluation').length, 1);
  });
}

let made: Promise<string> | undefined;

/** Of one pretraining for all. */
function checkpoint(): Promise<string> {
  made ??= loadRecipe('cifar/rdmsimsiam', 'pretrain').then(async ({ options }) => {
    const output = scratch();
    await pretrain({ ...options, ...size, cropSize: cropSize('cifar'), ...heads, data, output });
    return join(output, 'checkpoint_0000.pth.tar');
  });
  return made;
}
