// rdm runs: a folder of runs as a table, filtered, sorted, and the best of them.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { listRuns, type RunRow } from 'rdm-ssl';
import { asLines, epochEnd, rank, start, step, summary, wholeRun } from '../support/events.js';
import { scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

const neighbours = (epoch: number, top1: number) => ({
  ...{ time: summary.time, type: 'knn', epoch, images: 100, k: 20, temperature: 0.07 },
  ...{ top1, top5: 2 * top1 },
});

const record = (options: object) => [
  {
    ...{ started: '2026-01-01T00:00:00Z', command: 'rdm pretrain /data', options, seed: 0 },
    ...{ versions: {}, machine: {}, folder: '/', commit: null, data: { folder: '/data' } },
  },
];

function add(root: string, name: string, events: object[], options?: object): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'events.jsonl'), asLines(events));
  if (options) writeFileSync(join(folder, 'run.json'), JSON.stringify(record(options)));
  return folder;
}

/** Three that ended, whose kNN accuracies are 40, 30 and none, and one that was killed in its second epoch. */
function some(): string {
  const root = scratch();
  const [first, ...rest] = wholeRun.slice(0, -1);
  const ended = (top1: number) => [first ?? {}, ...rest, neighbours(2, top1), summary];
  add(root, 'a', ended(30), { sigma: -1, learningRate: 0.5, output: `${root}/a` });
  add(root, 'deep/b', ended(40), { sigma: -0.5, learningRate: 0.5, output: `${root}/deep/b` });
  add(root, 'c', wholeRun, { sigma: 1, learningRate: 0.05, output: `${root}/c` });
  add(root, 'killed', [start, step(0, 0, 0), rank(0, 0, 3, 4), epochEnd(0, -0.25), step(1, 0, 0)]);
  add(root, 'a/replaced-1', wholeRun);
  mkdirSync(join(root, 'empty'));
  return root;
}

const names = (rows: RunRow[]) => rows.map(({ run }) => run);

test('every run below the folder is there, with what its files say', () => {
  const rows = listRuns(some());
  assert.deepEqual(names(rows), ['a', 'c', 'deep/b', 'killed']);
  const [a, , , killed] = rows;
  assert.deepEqual(a?.measures, {
    ...{ loss: -0.2, online: 10, target: 20, difference: 10, top1: 32, knn: 30 },
    ...{ rankme: null, alpha: null, lidar: null },
  });
  assert.deepEqual([a?.state, a?.epoch, a?.epochs, a?.verdict], ['done', 3, 3, 'too_early']);
  assert.deepEqual([killed?.state, killed?.epoch, killed?.options], ['killed', 1, {}]);
});

test('a run whose process is alive is running, until that one is gone', () => {
  const root = some();
  const lock = (pid: number, host: string) =>
    writeFileSync(join(root, 'killed/.rdm-lock'), `process ${pid} on ${host}, since 2026\n`);
  const state = () => listRuns(root).find(({ run }) => run === 'killed')?.state;
  lock(process.pid, hostname());
  assert.equal(state(), 'running');
  lock(2 ** 30, hostname());
  assert.equal(state(), 'killed');
  lock(2 ** 30, 'another-host');
  assert.equal(state(), 'running');
});

test('conditions: numbers, texts, options by any of their names, and all of them together', () => {
  const root = some();
  const found = (...where: string[]) => names(listRuns(root, { where }));
  assert.deepEqual(found('sigma<0'), ['a', 'deep/b']);
  assert.deepEqual(found('sigma = -1.0'), ['a']);
  assert.deepEqual(found('lr>=0.5', 'knn>35'), ['deep/b']);
  assert.deepEqual(found('learning-rate!=0.5'), ['c', 'killed']);
  assert.deepEqual(found('run~DEEP'), ['deep/b']);
  assert.deepEqual(found('verdict=too early'), ['a', 'c', 'deep/b', 'killed']);
  assert.deepEqual(found('precision=bf16'), []); // none of them tells it
});

test('the best comes first, an option rises, a minus turns it, and who has no value is last', () => {
  const root = some();
  const sorted = (sort: string) => names(listRuns(root, { sort }));
  assert.deepEqual(sorted('knn'), ['deep/b', 'a', 'c', 'killed']);
  assert.deepEqual(sorted('-knn'), ['a', 'deep/b', 'c', 'killed']);
  assert.deepEqual(sorted('sigma'), ['a', 'deep/b', 'c', 'killed']);
  assert.deepEqual(sorted('loss').at(0), 'killed');
});

test('the command line: a table, JSON, CSV, and the best', async () => {
  const root = some();
  const shown = await rdm(['runs', root, '--sort', 'knn', '--where', 'state=done']);
  assert.equal(shown.code, 0, shown.stderr);
  const [head = '', first = '', ...more] = shown.stdout.trim().split('\n');
  assert.deepEqual(head.split(/\s{2,}/), [
    ...['run', 'state', 'epoch', 'verdict', 'loss', 'online', 'target', 'difference', 'top1'],
    ...['knn', 'sigma', 'learningRate'],
  ]);
  assert.match(first, /^deep\/b +done +3\/3 +too early to say +-0\.2000 .* 40\.00 +-0\.5 +0\.5$/);
  assert.equal(more.length, 2);
  const { stdout: json } = await rdm(['runs', 'list', root, '--json']);
  assert.deepEqual(names(JSON.parse(json)), ['a', 'c', 'deep/b', 'killed']);
  const { stdout: csv } = await rdm(['runs', root, '--csv']);
  const [columns = '', line = ''] = csv.split('\n');
  const at = (name: string) => line.split(',')[columns.split(',').indexOf(name)];
  assert.deepEqual([at('run'), at('knn'), at('sigma')], ['a', '30', '-1']);
  writeFileSync(join(root, 'deep/b/checkpoint_0002.pth.tar'), '');
  const best = await rdm(['runs', 'best', root]);
  assert.equal(best.stdout.trim(), join(root, 'deep/b'), best.stderr); // no checkpoint was told of
  assert.match(best.stderr, /deep\/b, of 4 runs the best by knn/);
});

const mistakes: [what: string, args: string[], code: number, message: RegExp][] = [
  [
    'no operator',
    ['--where', 'sigma'],
    2,
    /'sigma' is no condition on runs\n.*--where 'sigma<0,state=done'/,
  ],
  ['an unknown name', ['--where', 'sigmaa<0'], 2, /no run has a 'sigmaa'; did you mean sigma\?/],
  ['a text as a bound', ['--where', 'lr<high'], 2, /'lr<high' compares with what is no number: 'h/],
  ['an unknown order', ['--sort', 'kn'], 2, /no run has a 'kn'; did you mean knn\?/],
];

for (const [what, args, code, message] of mistakes) {
  test(`refused: ${what}`, async () => {
    const found = await rdm(['runs', some(), ...args]);
    assert.equal(found.code, code);
    assert.match(found.stderr, message);
  });
}

test('nothing to list, and nothing that is the best, are said', async () => {
  const gone = await rdm(['runs', join(scratch(), 'gone')]);
  assert.deepEqual([gone.code, gone.stdout], [1, '']);
  assert.match(gone.stderr, /no folder .*gone/);
  const none = await rdm(['runs', scratch()]);
  assert.equal(none.code, 0);
  assert.match(none.stderr, /no run below/);
  const root = scratch();
  add(root, 'c', wholeRun);
  const unmeasured = await rdm(['runs', 'best', root, '--by', 'knn']);
  assert.equal(unmeasured.code, 1);
  assert.match(unmeasured.stderr, /no run has a knn\n.*there are: loss, online, target, /);
  const nobody = await rdm(['runs', 'best', scratch()]);
  assert.match(nobody.stderr, /no run is there to choose from/);
});

test('a folder whose files are not readable is left out, and said', async () => {
  const root = some();
  writeFileSync(join(root, 'c/run.json'), '{');
  const { code, stdout, stderr } = await rdm(['runs', root, '--json']);
  assert.equal(code, 0);
  assert.deepEqual(names(JSON.parse(stdout)), ['a', 'deep/b', 'killed']);
  assert.match(stderr, /left out: .*c\/run\.json is not the record of a run/);
});
