// The report on a sweep: its folder stands for its runs, which are drawn against what sets them apart.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { report } from 'rdm-ssl';
import { axisFigures } from '../../dist/report/axes.js';
import { readRuns } from '../../dist/report/runs.js';
import { asLines, wholeRun } from '../support/events.js';
import { scratch } from '../support/folders.js';

const record = (options: object) => [
  {
    ...{ started: '2026-01-01T00:00:00Z', command: 'rdm pretrain /data', options, seed: 0 },
    ...{ versions: {}, machine: {}, folder: '/', commit: null, data: { folder: '/data' } },
  },
];

/** A sweep over these values of sigma, of which each run also has another folder and another way to resume. */
function sweep(sigmas: (number | string)[], begun = sigmas.length): string {
  const folder = scratch();
  const runs = sigmas.map((sigma, index) => ({ name: `run-${index}`, values: { sigma } }));
  writeFileSync(join(folder, 'sweep.json'), JSON.stringify({ identity: {}, runs, begun: [] }));
  for (const [index, sigma] of sigmas.slice(0, begun).entries()) {
    const run = join(folder, `run-${index}`);
    mkdirSync(run);
    writeFileSync(join(run, 'events.jsonl'), asLines(wholeRun));
    const options = { sigma, arch: 'resnet18', output: run, resume: index ? 'auto' : '' };
    writeFileSync(join(run, 'run.json'), JSON.stringify(record(options)));
  }
  return folder;
}

const figuresOf = (folder: string) => axisFigures(readRuns([folder]));

test("a sweep's folder stands for its runs that have begun", () => {
  const names = readRuns([sweep([-1, -0.5, 0, 1], 3)]).map(({ name }) => name);
  assert.deepEqual(names, ['run-0', 'run-1', 'run-2']);
  assert.throws(() => readRuns([sweep([-1, 0], 0)]), /no run of the sweep in .* has begun/);
});

test('a line a run leads through the options that differ and change a result, and the measures', () => {
  const [parallel, bySigma, ...more] = figuresOf(sweep([-1, 0, 1]));
  assert.ok(parallel && 'table' in parallel && bySigma && 'panels' in bySigma);
  assert.deepEqual(parallel.table.head.slice(0, 3), ['Run', 'sigma', 'loss']);
  assert.deepEqual(parallel.table.rows[2]?.slice(0, 3), ['run-2', '1', '-0.2']);
  const series = parallel.option.series as { data: number[] }[];
  assert.deepEqual(
    series.map(({ data }) => data[0]),
    [0, 0.5, 1],
  );
  assert.deepEqual(
    bySigma.panels.map(({ name }) => name),
    [
      ...['loss', 'effective rank, online', 'effective rank, target', 'rank difference'],
      'validation top-1, %',
    ],
  );
  assert.deepEqual(bySigma.panels[0]?.figure.table.rows[0], ['-1', '-0.2', 'run-0']);
  assert.deepEqual(more, []);
});

test('two runs, or runs that are alike, have no such charts', () => {
  assert.deepEqual(figuresOf(sweep([-1, 0])), []);
  assert.deepEqual(figuresOf(sweep([1, 1, 1])), []);
});

test('texts are places on an axis, and harmless in the page', async () => {
  const folder = sweep(['<img src=x onerror=alert(1)>', 'b', 'c']);
  const [parallel] = figuresOf(folder);
  assert.ok(parallel && 'table' in parallel);
  const [first] = parallel.option.series as { data: number[]; tooltip: { formatter: string } }[];
  assert.equal(first?.data[0], 0);
  assert.match(first?.tooltip.formatter ?? '', /&lt;img/);
  const html = join(scratch(), 'report.html');
  await report([folder], { html });
  const page = readFileSync(html, 'utf8');
  assert.match(page, /By sigma/);
  assert.doesNotMatch(page, /<img src=x/);
});

test("a sweep.json that names a folder above it is no sweep's", () => {
  const folder = sweep([1, 2, 3]);
  const runs = [{ name: '../../etc', values: {} }];
  writeFileSync(join(folder, 'sweep.json'), JSON.stringify({ identity: {}, runs, begun: [] }));
  assert.throws(() => readRuns([folder]), /sweep\.json is not the record of a sweep/);
});
