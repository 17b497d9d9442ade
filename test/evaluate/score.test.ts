// rdm score, and what becomes of --score-every in the files that a run leaves.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { before } from 'node:test';
import { listRuns, pretrain, report, score } from 'rdm-ssl';
import { dataset, quick, scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
let first: string;
let second: string;
before(async () => {
  data = await dataset();
  const run = { data, ...quick, device: 'cpu', epochs: 2, workers: 2 } as const;
  const small = { batchSize: 16, imagesPerClass: 4, dim: 64, predDim: 32 };
  const train = async (seed: number) => {
    const options = { ...run, ...small, seed, scoreEvery: 1, output: scratch() };
    const { checkpoint } = await pretrain(options);
    assert.ok(checkpoint);
    return checkpoint;
  };
  first = await train(1);
  second = await train(2);
});

const looking = ['--device', 'cpu', '-j', '2'];

test('several checkpoints are scored on the same images, a row each', async () => {
  const { code, stdout, stderr } = await rdm(['score', first, second, ...looking, data]);
  assert.equal(code, 0, stderr);
  const [head, ...rows] = stdout.trimEnd().split('\n');
  assert.match(head ?? '', /^checkpoint +RankMe +alpha-ReQ +LiDAR$/);
  assert.deepEqual(
    rows.map((row) => row.replace(/( +\d+\.\d+){3}$/, '')),
    [first, second],
  );
  assert.match(stderr, /^rdm: scores of 20 validation images$/m);
});

test('--json has the same numbers as the library, which are the same every time', async () => {
  const { stdout } = await rdm(['score', '--json', first, ...looking]);
  const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  const found = await score({ checkpoint: first, device: 'cpu', workers: 1 });
  assert.deepEqual(summary.scores, [{ checkpoint: first, ...found }]);
  assert.ok(found.rankMe > 1 && found.rankMe < 20);
});

test('another seed draws other views for LiDAR alone; without images for it there is none', async () => {
  const options = { checkpoint: first, device: 'cpu', workers: 2 } as const;
  const plain = await score(options);
  const other = await score({ ...options, seed: 1 });
  assert.notEqual(other.lidar, plain.lidar);
  assert.deepEqual([other.rankMe, other.alphaReq], [plain.rankMe, plain.alphaReq]);
  const without = await score({ ...options, lidarImages: 0 });
  assert.deepEqual({ ...without, lidar: plain.lidar }, plain);
  assert.equal(without.lidar, null);
});

test('a projector is scored where it is asked for', async () => {
  const { rankMe } = await score({ checkpoint: first, features: 'projector', device: 'cpu' });
  const backbone = await score({ checkpoint: first, device: 'cpu' });
  assert.notEqual(rankMe, backbone.rankMe);
});

test('runs, reports and their tables have the scores of the way', async () => {
  const folder = dirname(first);
  const [row] = listRuns(folder);
  const { rankMe, alphaReq, lidar } = await score({ checkpoint: first, device: 'cpu' });
  for (const [found, expected] of [
    [row?.measures.rankme, rankMe],
    [row?.measures.alpha, alphaReq],
    [row?.measures.lidar, lidar],
  ]) {
    assert.ok(Math.abs((found ?? 0) / (expected ?? 1) - 1) < 1e-5, `${found} ${expected}`);
  }
  const [html, csv] = [join(scratch(), 'report.html'), join(scratch(), 'report.csv')];
  await report([folder], { html, csv });
  const page = readFileSync(html, 'utf8');
  for (const title of ['Scores without labels', 'alpha-ReQ']) assert.ok(page.includes(title));
  const lines = readFileSync(csv, 'utf8').split('\n');
  assert.match(lines[0] ?? '', /rankMe,alphaReq,lidar/);
  assert.equal(lines.filter((line) => line.includes(',score,')).length, 2);
});

test('a sweep is halved by a score only where its runs measure it', async () => {
  const file = join(scratch(), 'sweep.yaml');
  writeFileSync(file, 'flags: {epochs: 2}\naxes: {seed: [1, 2]}\n');
  const line = ['sweep', file, data, '--output', join(scratch(), 's'), '--keep-best', '1'];
  const { code, stderr } = await rdm([...line, '--score', 'lidar']);
  assert.equal(code, 2);
  assert.match(stderr, /--score lidar is not measured in the run seed=1\n.*--score-every/);
});
