// rdm compare: several checkpoints side by side, as a table, a page, a drawing and a CSV.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  compare,
  exportCheckpoint,
  knn,
  type PretrainOptions,
  pretrain,
  spectrum,
  svgToPng,
} from 'rdm-ssl';
import { dataset, scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

const folder = scratch();
let learned: string;
let filtered: string;
before(async () => {
  const data = await dataset();
  const trained = async (name: string, options: Partial<PretrainOptions>) => {
    const { checkpoint } = await pretrain({
      ...{ arch: 'vit_tiny', patchSize: 8, cropSize: 16, batchSize: 10, workers: 1, seed: 1 },
      ...{ dim: 16, predDim: 8, epochs: 1, device: 'cpu', data, output: join(folder, name) },
      ...options,
    });
    assert.ok(checkpoint);
    return checkpoint;
  };
  learned = await trained('learned', {});
  filtered = await trained('a, b', {
    predictor: { type: 'poly', location: 'target', sigma: -1 },
  });
});

const options = { device: 'cpu', workers: 1 } as const;

test('each run has what spectrum and knn say of its checkpoint, under the name of its folder', async () => {
  const checkpoints = [learned, filtered];
  const found = await compare({ ...options, checkpoints, knn: true, output: folder });
  assert.deepEqual([found.outcome, found.images], ['done', 20]);
  assert.deepEqual(
    found.runs.map(({ name }) => name),
    ['learned', 'a, b'],
  );
  for (const { checkpoint, name, knn: top1, ...compared } of found.runs) {
    const alone = await spectrum({ ...options, checkpoint, output: folder });
    assert.deepEqual(compared, alone.compared, name);
    const { results } = await knn({ ...options, pretrained: checkpoint, k: [20], output: folder });
    assert.equal(top1, results[0]?.top1);
  }
});

test('checkpoints of one run have names of their own', async () => {
  const copy = join(folder, 'learned', 'copy.pth.tar');
  const { copyFileSync } = await import('node:fs');
  copyFileSync(learned, copy);
  const { runs } = await compare({ ...options, checkpoints: [learned, copy], output: folder });
  assert.deepEqual(
    runs.map(({ name }) => name),
    ['checkpoint_0000.pth.tar', 'copy.pth.tar'],
  );
});

test('the command prints a table and writes page, drawing and numbers', async () => {
  const [html, svg, csv] = ['html', 'svg', 'csv'].map((kind) => join(folder, `figure.${kind}`));
  const { stdout, stderr } = await rdm([
    ...['compare', learned, filtered, '--device', 'cpu', '-j', '1', '--output', folder],
    ...['--html', String(html), '--svg', String(svg), '--csv', String(csv)],
  ]);
  assert.match(stdout, /^run +method +online +target +difference +sigma +fit +kNN$/m);
  assert.match(stdout, /^learned +simsiam .* –$/m);
  assert.match(stdout, /^a, b +simsiam +[\d.]+ +[\d.]+ +[\d.]+ +-1\.00 +1\.00 +–$/m);
  assert.match(stderr, /the comparison is in .*figure\.html, .*figure\.svg, .*figure\.csv/);

  const page = readFileSync(String(html), 'utf8');
  for (const text of ['<h2>learned</h2>', '<h2>a, b</h2>', 's^-1.00, fit 1.00']) {
    assert.ok(page.includes(text), text);
  }
  assert.equal(page.match(/<svg /g)?.length, 6);
  assert.doesNotMatch(page, /<script|NaN/);
  const drawing = readFileSync(String(svg), 'utf8');
  assert.doesNotMatch(drawing, /NaN/);
  assert.ok((await svgToPng(drawing, 0.1)).length > 1000); // which reads XML as it has to be

  const [heading, ...rows] = readFileSync(String(csv), 'utf8').trimEnd().split('\n');
  assert.equal(heading, 'run,method,direction,online,target,input,gain,alignment');
  const own = rows.filter((row) => row.startsWith('"a, b",simsiam,'));
  assert.equal(own.length, 16);
  for (const row of own) {
    const [input, gain] = row.split(',').slice(-3, -1).map(Number);
    assert.ok(Math.abs((input ?? 0) * (gain ?? 0) - 1) < 1e-2, row); // g(s) = 1 / s
  }
});

test('a file of another program is refused, with what to take', async () => {
  const output = join(folder, 'weights.safetensors');
  await exportCheckpoint({ checkpoint: learned, output, format: 'safetensors' });
  const args = ['compare', output, '--device', 'cpu', '--arch', 'vit_tiny', '--patch-size', '8'];
  const { code, stderr } = await rdm([...args, '--crop-size', '16', join(folder, 'nowhere')]);
  assert.equal(code, 1);
  assert.match(stderr, /nowhere/);
  const known = await rdm([...args, '--crop-size', '16', '--output', folder, await dataset()]);
  assert.equal(known.code, 1);
  assert.match(known.stderr, /weights\.safetensors does not say which method its networks are of/);
  assert.match(known.stderr, /take checkpoints that rdm pretrain wrote/);
});
