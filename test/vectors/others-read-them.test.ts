// Files of vectors as numpy, polars and safetensors read them, and rows as torchvision makes them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { embed, type FeatureSet, features, pretrain } from 'rdm-ssl';
import { readMatrixPlace, readRows } from '../../dist/vectors/matrix.js';
import { nightly } from '../support/every-run.js';
import { dataset, scratch } from '../support/folders.js';
import { fetchPeers, python, pythonWith } from '../support/python.js';

let data: string;
let checkpoint: string;
let expected: FeatureSet;
before(async () => {
  data = await dataset();
  const { checkpoint: written } = await pretrain({
    ...{ data, arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 },
    ...{ cropSize: 32, batchSize: 16, imagesPerClass: 4, dim: 64, predDim: 32, output: scratch() },
  });
  checkpoint = written ?? '';
  const all = { images: 0, thumbnail: 0, device: 'cpu', workers: 2 } as const;
  expected = await features({ ...all, checkpoint, output: scratch() });
});

fetchPeers('polars');
const readers = pythonWith(['polars', 'safetensors', 'numpy']);
const needsReaders = {
  skip: readers ? false : 'python3 cannot import polars, safetensors and numpy',
};

interface Read {
  dtype: string;
  shape: number[];
  paths: string[] | null;
  labels: string[] | null;
  rows: number[][];
}

for (const ending of ['npy', 'parquet', 'safetensors', 'csv']) {
  for (const dtype of ['float32', 'float16'] as const) {
    test(`.${ending} of ${dtype} is read with the values of features()`, needsReaders, async () => {
      const output = join(scratch(), `features.${ending}`);
      const given = { data, pretrained: checkpoint, output, dtype, valBatchSize: 256 };
      await embed({ ...given, device: 'cpu', workers: 2 });
      const read = JSON.parse(python(readers, ['vectors.py'], { path: output })) as Read;
      assert.deepEqual(read.shape, [20, 512]);
      if (ending === 'npy' || ending === 'safetensors') assert.equal(read.dtype, dtype);
      if (ending !== 'npy') {
        assert.deepEqual(read.paths, expected.paths);
        assert.deepEqual(
          read.labels,
          expected.labels.map((label) => expected.classes[label]),
        );
      }
      const worst = read.rows.flat().reduce((most, value, at) => {
        const wanted = expected.features[at] ?? 0;
        return Math.max(most, Math.abs(value - wanted) / Math.max(1e-3, Math.abs(wanted)));
      }, 0);
      assert.ok(worst <= (dtype === 'float32' ? 0 : 2 ** -11), `${worst}`); // rounded to 11 bits
    });
  }
}

fetchPeers('torchvision', 'timm');
const torchvision = pythonWith(['torchvision', 'PIL', 'timm', 'numpy']);
const missing = torchvision ? false : 'python3 cannot import torchvision, timm and Pillow';

for (const [library, arch] of [
  ['torchvision', 'resnet50'],
  ['timm', 'resnet50'],
  ['torchvision', 'resnext50_32x4d'],
]) {
  test(`a ${arch} of ${library} gives a torchvision loop's features`, {
    skip: missing || nightly,
    timeout: 240_000,
  }, async () => {
    const weights = join(scratch(), 'resnet50.pth');
    python(torchvision, ['vectors_torchvision.py'], { save: weights, library, arch });
    const output = join(scratch(), 'features.npy');
    const { images } = await embed({
      ...{ data, pretrained: weights, output, cropSize: 64, valResize: 72 },
      ...{ device: 'cpu', workers: 2 },
    });
    assert.equal(images, 20);
    const request = { weights, arch, resize: 72, crop: 64, paths: expected.paths };
    const rows = JSON.parse(python(torchvision, ['vectors_torchvision.py'], request)) as number[][];
    const found = readRows(readMatrixPlace(output), 0, 20);
    for (const [row, wanted] of rows.entries()) {
      const made = found.subarray(row * 2048, (row + 1) * 2048);
      const length = Math.hypot(...wanted);
      const difference = Math.hypot(...wanted.map((value, at) => value - (made[at] ?? 0)));
      assert.ok(difference / length < 1e-4, `row ${row}: ${difference / length}`);
    }
  });
}
