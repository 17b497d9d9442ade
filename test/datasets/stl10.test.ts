// STL-10 from its archive to a checkpoint: fetched, described, trained on without labels, judged by its labels.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { dataInfo, fetchDataset, knn, pretrain } from 'rdm-ssl';
import { quick, scratch } from '../support/folders.js';

/** An archive as the authors', of a few images: 20 labelled, 10 of the test, 32 without labels. */
function archive(): Buffer {
  const inside = scratch();
  const folder = join(inside, 'stl10_binary');
  mkdirSync(folder);
  const images = (count: number) =>
    Uint8Array.from({ length: count * 96 * 96 * 3 }, (_, at) => at % 251);
  const labels = (count: number) =>
    Buffer.from(Array.from({ length: count }, (_, at) => 1 + (at % 2)));
  writeFileSync(join(folder, 'class_names.txt'), 'airplane\nbird\n');
  writeFileSync(join(folder, 'train_X.bin'), images(20));
  writeFileSync(join(folder, 'train_y.bin'), labels(20));
  writeFileSync(join(folder, 'test_X.bin'), images(10));
  writeFileSync(join(folder, 'test_y.bin'), labels(10));
  writeFileSync(join(folder, 'unlabeled_X.bin'), images(32));
  const { stdout } = spawnSync('tar', ['-cz', '-C', inside, '.'], { maxBuffer: 1e8 });
  return stdout;
}

test('STL-10 is fetched, trained on without labels, and judged by its labels', async (context) => {
  const bytes = archive();
  const server = createServer((_, response) => response.end(bytes));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  context.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const md5 = createHash('md5').update(bytes).digest('hex');
  const { path } = await fetchDataset({ dataset: 'stl10', output: scratch(), url, md5 });

  const labelled = await dataInfo(path);
  assert.equal(labelled.layout, 'stl10-binary');
  assert.deepEqual([labelled.splits.train.images, labelled.splits.val?.images], [20, 10]);
  const unlabelled = join(path, 'unlabeled_X.bin');
  const { layout, splits } = await dataInfo(unlabelled);
  assert.equal(layout, 'stl10-unlabelled');
  assert.deepEqual([splits.train.images, splits.train.classes], [32, 0]);
  assert.deepEqual(splits.train.widths, { least: 96, mean: 96, most: 96 });

  const common = { device: 'cpu', workers: 1 } as const;
  const options = { ...quick, ...common, batchSize: 16, dim: 64, predDim: 32, epochs: 1 };
  const { checkpoint } = await pretrain({ data: unlabelled, output: scratch(), ...options });
  assert.ok(checkpoint);
  const judged = await knn({ pretrained: checkpoint, data: path, k: [3], ...common });
  assert.deepEqual([judged.trainImages, judged.valImages], [20, 10]);
});
