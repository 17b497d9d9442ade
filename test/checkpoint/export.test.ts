// rdm export: each format is loaded in its own library, strictly, and computes what rdm computes.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  type Architecture,
  type Branch,
  type ExportFormat,
  exportCheckpoint,
  features,
  finetune,
  inspectCheckpoint,
  lincls,
  predict,
  pretrain,
} from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { dataset, noise, scratch } from '../support/folders.js';
import { fetchPeers, python, pythonWith } from '../support/python.js';
import { rdm } from '../support/rdm.js';

const size = 64;
const run = {
  device: 'cpu',
  epochs: 1,
  seed: 1,
  workers: 2,
  imagesPerClass: 2,
  cropSize: 32,
} as const;

let images: string;
let data: string;
/** Of SimSiam. */
let pretrained: string;
let byol: string;
let classified: string;
let tuned: string;
before(async () => {
  data = await dataset();
  images = noise(4, size);
  pretrained = await train('resnet18', { dim: 64, predDim: 32 });
  byol = await train('resnet18', { method: 'byol', dim: 16, projHiddenDim: 32, predDim: 32 });
  const { checkpoint } = await lincls({
    data,
    pretrained,
    ...run,
    batchSize: 10,
    output: scratch(),
  });
  assert.ok(checkpoint);
  classified = checkpoint;
  const whole = await finetune({
    ...{ data, checkpoint: pretrained, ...run },
    ...{ batchSize: 10, lr: 0.5, output: scratch() },
  });
  assert.ok(whole.checkpoint);
  tuned = whole.checkpoint;
});

async function train(arch: Architecture, options: object): Promise<string> {
  const { checkpoint } = await pretrain({
    ...{ data, arch, output: scratch(), batchSize: 10, ...run },
    ...options,
  });
  assert.ok(checkpoint);
  return checkpoint;
}

type Library = 'torchvision' | 'timm' | 'safetensors';

/** Of each checkpoint the largest difference between rdm's features and the library's, of the largest feature. */
async function differences(
  library: Library,
  env: Record<string, string>,
  exported: readonly (readonly [checkpoint: string, branch: Branch])[],
): Promise<number[]> {
  const requests: object[] = [];
  for (const [checkpoint, branch] of exported) {
    requests.push(await requestOf(library, checkpoint, branch));
  }
  const said = python(env, ['exported.py', library], requests); // timm may have something to say first
  return said.trim().split('\n').slice(-exported.length).map(Number);
}

async function requestOf(library: Library, checkpoint: string, branch: Branch) {
  const output = join(scratch(), 'exported');
  const { arch, classes } = await exportCheckpoint({ checkpoint, output, format: library, branch });
  const {
    paths,
    dim,
    features: flat,
  } = await features({
    ...{ checkpoint, data: images, cropSize: size, valResize: size, branch },
    ...{ device: 'cpu', workers: 1, thumbnail: 0 },
  });
  const rows = paths.map((_, row) => Array.from(flat.subarray(row * dim, (row + 1) * dim)));
  const probabilities = classes && (await probabilitiesOf(checkpoint, classes));
  return { file: output, arch, classes, size, paths, features: rows, probabilities };
}

/** Of each image, in the order of the classes' numbers. */
async function probabilitiesOf(checkpoint: string, classes: number): Promise<number[][]> {
  const { predictions, classes: names } = await predict({
    ...{ checkpoint, data: images, cropSize: size, valResize: size, top: classes },
    ...{ device: 'cpu', workers: 1 },
  });
  return predictions.map(({ classes: likeliest }) => {
    const row: number[] = [];
    for (const { name, probability } of likeliest) row[names.indexOf(name)] = probability;
    return row;
  });
}

const needed = {
  torchvision: ['torchvision', 'numpy'],
  safetensors: ['torchvision', 'numpy', 'safetensors'],
  timm: ['timm', 'torchvision', 'numpy'],
} as const;

fetchPeers('torchvision', 'timm');
for (const library of ['torchvision', 'safetensors', 'timm'] as const) {
  const env = pythonWith([...needed[library]]);
  const skip = library !== 'torchvision' && nightly;
  const options = { skip: env ? skip : `python3 cannot import ${needed[library].join(', ')}` };
  test(`${library} loads an export strictly and computes the same features`, options, async () => {
    assert.ok(env);
    const exported = [
      [pretrained, 'online'],
      [byol, 'online'],
      [byol, 'momentum'],
      [classified, 'online'],
      [tuned, 'online'],
    ] as const;
    const found = await differences(library, env, exported);
    assert.equal(found.length, exported.length);
    for (const difference of found) assert.ok(difference < 1e-5, `${found}`);
  });
}

test('every export that is a state dict loads back: the same features, classifier and options', async () => {
  const of = (checkpoint: string) =>
    features({
      ...{ checkpoint, data: images, cropSize: size, valResize: size },
      ...{ device: 'cpu', workers: 1, thumbnail: 0 },
    });
  const expected = await of(classified);
  for (const format of ['torchvision', 'timm', 'safetensors'] as const) {
    const output = join(scratch(), format);
    const { keys } = await exportCheckpoint({ checkpoint: classified, output, format });
    assert.deepEqual((await of(output)).features, expected.features, format);
    const { kind, arch, weights } = await inspectCheckpoint(output);
    assert.deepEqual({ kind, arch }, { kind: 'torchvision', arch: 'resnet18' });
    assert.deepEqual(weights, { key: null, passedOver: [], prefix: '', taken: keys, left: [] });
    const again = join(scratch(), 'again.pth');
    await exportCheckpoint({ checkpoint: output, output: again, format: 'torchvision' });
    assert.deepEqual((await of(again)).features, expected.features, format);
    const flags = ['--device', 'cpu', '-j', '1', '--crop-size', '32'];
    const knn = await rdm(['knn', ...flags, '--k', '1', '--pretrained', output, data]);
    assert.equal(knn.code, 0, knn.stderr);
    assert.ok(knn.stderr.startsWith(`rdm: of ${output}: ${keys} tensors\n`), knn.stderr);
    const spectrum = await rdm(['spectrum', output, ...flags, data]);
    assert.equal(spectrum.code, 0, spectrum.stderr);
  }
});

const numpy = pythonWith(['numpy']);
const needsNumpy = { skip: numpy ? false : 'python3 cannot import torch and numpy' };

test("an export for detectron2 has its ResNet's names and torchvision's values", {
  skip: needsNumpy.skip || nightly,
}, async () => {
  const deep = await train('resnet50', { dim: 16, predDim: 8, imagesPerClass: 1 });
  const args: string[] = [];
  for (const [checkpoint, depth] of [
    [pretrained, '18'],
    [deep, '50'],
  ] as const) {
    const folder = scratch();
    const files = { detectron2: join(folder, 'd2.pkl'), torchvision: join(folder, 'tv.pth') };
    for (const format of ['detectron2', 'torchvision'] as const) {
      await exportCheckpoint({ checkpoint, output: files[format], format });
    }
    args.push(files.detectron2, files.torchvision, depth);
  }
  assert.equal(python(numpy, ['detectron2.py', ...args]), 'ok\nok\n');
});

test('the branches of BYOL are different networks', async () => {
  const of = async (branch: Branch) =>
    (await features({ checkpoint: byol, data: images, branch, device: 'cpu', workers: 1 }))
      .features;
  assert.notDeepEqual(await of('online'), await of('momentum'));
});

test('the line says what was written and how to load it', async () => {
  const file = join(scratch(), 'backbone.pth');
  const line = ['export', pretrained, file, '--to', 'torchvision'];
  const { code, stdout, stderr } = await rdm(line);
  assert.equal(code, 0, stderr);
  const what = 'resnet18, online branch, without a head: 120 tensors, 11.2 M elements';
  assert.equal(stderr, `rdm: ${what} in ${file}\n`);
  assert.equal(
    stdout,
    `model = torchvision.models.resnet18()\nmodel.fc = torch.nn.Identity()\n` +
      `model.load_state_dict(torch.load('${file}'))\n`,
  );
  const json = await rdm(['export', classified, file, '--to', 'timm', '--json']);
  const { parameters, ...summary } = JSON.parse(json.stdout) as { parameters: number };
  const sizes = { patchSize: null, imageSize: null }; // of a Vision Transformer
  const rest = {
    kind: 'lincls',
    arch: 'resnet18',
    ...sizes,
    branch: 'online',
    classes: 10,
    keys: 122,
  };
  const names = `${file}.classes.json`;
  assert.deepEqual(summary, { output: file, format: 'timm', ...rest, names });
  assert.ok(parameters > 11e6);
});

test('the names of the classes lie beside the classifier, and are gone with it', async () => {
  const output = join(scratch(), 'exported');
  const classes = readdirSync(join(data, 'train')).sort();
  for (const checkpoint of [classified, tuned]) {
    const { code, stdout, stderr } = await rdm(['export', checkpoint, output, '--to', 'timm']);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.endsWith(`classes = json.load(open('${output}.classes.json'))\n`), stdout);
    assert.deepEqual(JSON.parse(readFileSync(`${output}.classes.json`, 'utf8')), classes);
  }
  const { names } = await exportCheckpoint({ checkpoint: pretrained, output, format: 'timm' });
  assert.equal(names, null);
  assert.ok(!existsSync(`${output}.classes.json`));
});

test('the cifar stem fits no library of ImageNet networks, only safetensors', async () => {
  const checkpoint = await train('resnet18', { dim: 16, predDim: 8, stem: 'cifar' });
  const output = join(scratch(), 'cifar');
  for (const format of ['torchvision', 'timm', 'detectron2'] satisfies ExportFormat[]) {
    const { code, stderr } = await rdm(['export', checkpoint, output, '--to', format]);
    assert.equal(code, 1);
    const expected = `${checkpoint} has the cifar stem (3x3, no max-pool), and the resnet18 of ${format} has a 7x7 one`;
    assert.equal(
      stderr,
      `rdm: ${expected}\n     Export it with --to safetensors, which takes any network.\n`,
    );
    assert.ok(!existsSync(output));
  }
  await exportCheckpoint({ checkpoint, output, format: 'safetensors' });
  const { format, arch, stem } = await inspectCheckpoint(output);
  assert.deepEqual(
    { format, arch, stem },
    { format: 'safetensors', arch: 'resnet18', stem: 'cifar' },
  );
});

const refused: [what: string, line: () => string[], code: number, stderr: RegExp][] = [
  [
    'an unknown format',
    () => [pretrained, 'x', '--to', 'keras'],
    2,
    /^rdm: unknown format 'keras'\n {5}choose from: torchvision, timm, safetensors, detectron2\n$/,
  ],
  [
    'a momentum branch that is not there',
    () => [pretrained, 'x', '--to', 'timm', '--branch', 'momentum'],
    1,
    /^rdm: cannot load .*: it holds no momentum networks\n {5}Only BYOL, DINO and MoCo have them: leave --branch out\.\n$/,
  ],
  [
    'a folder that is not there',
    () => [pretrained, '/nowhere/at/all', '--to', 'timm'],
    1,
    /^rdm: cannot write .*nowhere/,
  ],
];

for (const [what, line, code, stderr] of refused) {
  test(`${what} is refused`, async () => {
    const result = await rdm(['export', ...line()]);
    assert.equal(result.code, code);
    assert.match(result.stderr, stderr);
  });
}
