// rdm spectrum and the features it is of, against numpy and torch.nn where Python has them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  type Branch,
  type FeatureLayer,
  type FeatureSet,
  features,
  knn,
  pretrain,
  type Spectrum,
  spectrum,
  svgToPng,
} from 'rdm-ssl';
import { dataset, scratch } from '../support/folders.js';
import { python, pythonWith } from '../support/python.js';
import { rdm } from '../support/rdm.js';

const env = pythonWith(['numpy']);
const needsPython = { skip: env ? false : 'python3 cannot import torch and numpy' };

let data: string;
let simsiam: string;
let byol: string;
before(async () => {
  data = await dataset();
  const run = { data, arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 } as const;
  const small = { cropSize: 32, batchSize: 16, imagesPerClass: 4 };
  const train = async (options: object) => {
    const { checkpoint } = await pretrain({ ...run, ...small, output: scratch(), ...options });
    assert.ok(checkpoint);
    return checkpoint;
  };
  simsiam = await train({ dim: 64, predDim: 32 });
  byol = await train({ method: 'byol', dim: 12, projHiddenDim: 24, predDim: 16 });
});

const options = () => ({ device: 'cpu', workers: 1, output: scratch() }) as const;

const of = (checkpoint: string, layer: FeatureLayer, branch: Branch = 'online') =>
  features({ ...options(), checkpoint, features: layer, branch, thumbnail: 0 });

const rows = ({ features: flat, dim, images }: FeatureSet) =>
  Array.from({ length: images }, (_, row) => Array.from(flat.subarray(row * dim, (row + 1) * dim)));

/** Of float32 features, through a Gram matrix in float64: √eps below the largest value. */
function close(found: number[], expected: number[]): void {
  const largest = expected[0] ?? 0;
  const all = found.map((value, index) => Math.abs(value - (expected[index] ?? 0)) / largest);
  assert.ok(Math.max(...all) < 1e-7, String(Math.max(...all)));
}

test(
  "singular values and both effective ranks are numpy's, of each branch and layer",
  needsPython,
  async () => {
    const { spectra, images } = await spectrum({ ...options(), checkpoint: byol });
    assert.equal(images, 20);
    assert.deepEqual(
      spectra.map(({ branch, features: layer, dim }) => `${branch} ${layer} ${dim}`),
      [
        'online backbone 512',
        'online projector 12',
        'momentum backbone 512',
        'momentum projector 12',
      ],
    );
    for (const found of spectra) {
      const set = await of(byol, found.features, found.branch);
      const expected = JSON.parse(
        python(env, ['spectrum.py'], { features: rows(set) }),
      ) as Spectrum;
      assert.equal(found.singularValues.length, Math.min(20, found.dim));
      close(found.singularValues, expected.singularValues);
      assert.ok(Math.abs(found.effectiveRank - expected.effectiveRank) < 1e-4);
      assert.ok(Math.abs(found.effectiveRankSquared - expected.effectiveRankSquared) < 1e-4);
    }
  },
);

test(
  "projector features are those of the checkpoint's own projector in torch.nn",
  needsPython,
  async () => {
    const cases: [string, Branch, string][] = [
      [simsiam, 'online', 'module.encoder.fc.'],
      [byol, 'online', 'module.encoder.fc.'],
      [byol, 'momentum', 'module.momentum_encoder.fc.'],
    ];
    const requests: object[] = [];
    for (const [checkpoint, branch, prefix] of cases) {
      const backbone = rows(await of(checkpoint, 'backbone', branch));
      requests.push({ checkpoint, prefix, features: backbone });
    }
    const projected = JSON.parse(python(env, ['projector.py'], requests)) as number[][][];
    assert.equal(projected.length, cases.length);
    for (const [index, [checkpoint, branch]] of cases.entries()) {
      const expected = projected[index] ?? assert.fail();
      const found = rows(await of(checkpoint, 'projector', branch));
      const differences = expected.flatMap((row, i) =>
        row.map((value, j) => Math.abs(value - (found[i]?.[j] ?? Number.NaN))),
      );
      const largest = Math.max(...expected.flat().map(Math.abs));
      assert.ok(Math.max(...differences) < 1e-4 * largest, String(Math.max(...differences)));
    }
  },
);

test('features come with their labels, classes and paths, evenly spaced', async () => {
  const all = await of(simsiam, 'backbone');
  assert.deepEqual([all.images, all.dim, all.classes.length, all.thumbnails], [20, 512, 10, null]);
  assert.deepEqual(
    all.labels,
    all.paths.map((path) => all.classes.indexOf(path.split('/').at(-2) ?? '')),
  );
  const some = await features({ ...options(), checkpoint: simsiam, images: 5, thumbnail: 16 });
  assert.deepEqual(
    some.paths,
    [0, 4, 8, 12, 16].map((index) => all.paths[index]),
  );
  assert.deepEqual(Array.from(some.thumbnails?.subarray(0, 3) ?? []), [0xff, 0xd8, 0xff]); // a JPEG
});

test('knn takes projector features and the momentum network, and says where there are none', async () => {
  const votes = { ...options(), k: [1], data };
  for (const layer of [
    { features: 'projector' },
    { branch: 'momentum' },
    { features: 'projector', branch: 'momentum' },
  ] as const) {
    const { results } = await knn({ ...votes, pretrained: byol, ...layer });
    assert.ok((results[0]?.top1 ?? -1) >= 0);
  }
  await assert.rejects(knn({ ...votes, features: 'projector' }), {
    code: 'usage',
    message: 'without a checkpoint there is neither a projector nor a momentum network',
  });
  await assert.rejects(knn({ ...votes, pretrained: simsiam, branch: 'momentum' }), {
    code: 'bad_checkpoint',
    message: `cannot load ${simsiam}: it holds no momentum networks`,
  });
});

test('a table on stdout and a curve for each row', async () => {
  const svg = join(scratch(), 'spectrum.svg');
  const line = ['spectrum', simsiam, '--svg', svg, '-j', '1', '--device', 'cpu', '--images', '10'];
  const { code, stdout, stderr } = await rdm(line);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /rdm: as .* records: architecture resnet18, crop size 32, data folder .*\n/);
  assert.doesNotMatch(stderr, /images per class/); // those are the training images'
  assert.match(stderr, /rdm: singular values of 10 validation images\n/);
  const lines = stdout.trimEnd().split('\n');
  const between = lines.splice(-2);
  const [heading, ...cells] = lines.map((row) => row.split(/ {2,}/));
  assert.deepEqual(heading?.slice(0, 4), ['branch', 'features', 'dim', 'effective rank']);
  assert.deepEqual(
    cells.map((row) => row.slice(0, 3)),
    [
      ['online', 'backbone', '512'],
      ['online', 'projector', '64'],
      ['online', 'compared', '64'],
      ['target', 'compared', '64'],
    ],
  );
  assert.deepEqual(
    between.map((line) => line.replace(/:.*/, '')),
    ['simsiam', 'their first 10 directions'],
  );
  const drawing = readFileSync(svg, 'utf8');
  assert.match(drawing, /^<svg /);
  assert.ok((await svgToPng(drawing, 0.1)).length > 1000); // which reads XML as it has to be
  assert.match(drawing, /online projector, effective rank [\d.]+ of 64/);
  assert.equal(drawing.match(/stroke-linejoin="bevel"/g)?.length, 2);
});

test('--json prints events and the result', async () => {
  const line = ['spectrum', simsiam, '--json', '-j', '1', '--device', 'cpu'];
  const { code, stdout } = await rdm(line);
  assert.equal(code, 0);
  const printed = stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as object);
  const found = await spectrum({ ...options(), checkpoint: simsiam });
  assert.deepEqual(printed.at(-1), { type: 'summary', ...found });
});

test('an aborted job resolves as stopped', { timeout: 60_000 }, async () => {
  const given = { ...options(), checkpoint: simsiam, valBatchSize: 1 };
  const { outcome, spectra } = await spectrum(given, { signal: AbortSignal.abort() });
  assert.deepEqual({ outcome, spectra }, { outcome: 'stopped', spectra: [] });
});

test('a drawing that cannot be written says where and why', async () => {
  const svg = join(scratch(), 'no', 'such', 'folder.svg');
  const line = ['spectrum', simsiam, '--svg', svg, '-j', '1', '--device', 'cpu'];
  const { code, stderr } = await rdm(line);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /rdm: cannot write .*folder.svg: ENOENT.*\n {5}pass a file in a folder that exists/,
  );
  assert.ok(!existsSync(svg));
});
