// examples/search.mjs, as it stands.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { pretrain } from 'rdm-ssl';
import { dataset, quick, scratch } from '../support/folders.js';
import { root, run } from '../support/rdm.js';

test('the example makes vectors, and looks into them', { timeout: 120_000 }, async () => {
  const data = await dataset();
  const { checkpoint } = await pretrain({
    ...{ data, ...quick, device: 'cpu', epochs: 1, seed: 1, workers: 2 },
    ...{ batchSize: 16, imagesPerClass: 4, dim: 64, predDim: 32, output: scratch() },
  });
  const line = [join(root, 'examples/search.mjs'), data, checkpoint ?? ''];
  const { code, stdout, stderr } = await run(process.execPath, line, { cwd: scratch() });
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^20 vectors of 192\n(\d\.\d{3} .*\.jpg\n){3}\d+ groups of near-duplicates\n$/,
  );
});
