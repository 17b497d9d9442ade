// --lens-every: what rdm spectrum compares, while a run goes on, and its heat maps.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { type Event, type LensEvent, type PretrainOptions, pretrain, spectrum } from 'rdm-ssl';
import { chartsOf, groupsOf } from '../../dist/report/figures.js';
import { readRuns } from '../../dist/report/runs.js';
import { nightly } from '../support/every-run.js';
import { dataset, quick, scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
before(async () => {
  data = await dataset();
});

const sizes = { ...quick, batchSize: 16, dim: 64, predDim: 32, workers: 2, seed: 3 } as const;

/** Both looks of two epochs. */
async function looks(options: Partial<PretrainOptions>): Promise<LensEvent[]> {
  const seen: LensEvent[] = [];
  const onEvent = (event: Event) => {
    if (event.type === 'lens') seen.push(event);
  };
  const run = { data, device: 'cpu', ...sizes, epochs: 2, lensEvery: 1, ...options } as const;
  await pretrain({ output: scratch(), ...run }, { onEvent });
  assert.deepEqual(
    seen.map(({ epoch }) => epoch),
    [0, 1],
  );
  return seen;
}

const close = (found: number, expected: number) =>
  assert.ok(Math.abs(found / expected - 1) < 1e-4, `${found} ${expected}`);

for (const options of [{}, { method: 'dino', prototypes: 32, projHiddenDim: 24 }] as const) {
  const name = 'method' in options ? options.method : 'simsiam';
  test(`of ${name}, it sees what rdm spectrum sees of the epoch's checkpoint`, async () => {
    const output = scratch();
    const [, last] = await looks({ ...options, output });
    const checkpoint = join(output, 'checkpoint_0001.pth.tar');
    const { compared } = await spectrum({
      checkpoint,
      device: 'cpu',
      workers: 1,
      output: scratch(),
    });
    assert.ok(last && compared?.filter && last.filter);
    assert.deepEqual([last.method, last.images], [name, 20]);
    for (const [index, branch] of compared.branches.entries()) {
      const seen: LensEvent['branches'][number] | undefined = last.branches[index];
      assert.equal(seen?.branch, branch.branch);
      close(seen?.effectiveRank ?? 0, branch.effectiveRank);
      for (const [at, value] of (seen?.singularValues ?? []).entries()) {
        close(value, branch.singularValues[(last.directions[at] ?? 0) - 1] ?? 0);
      }
    }
    close(last.filter.sigma ?? 0, compared.filter.sigma ?? 0);
    assert.equal(last.filter.location, compared.filter.location);
  });
}

test('of poly target -1, the filter is that one at every look, and is drawn', async () => {
  const output = scratch();
  const seen = await looks({ output, predictor: { type: 'poly', location: 'target', sigma: -1 } });
  for (const { filter } of seen) {
    assert.ok(filter?.sigma && filter.fit && filter.fit > 0.999);
    close(filter.sigma, -1);
  }
  const charts = chartsOf(groupsOf(readRuns([output])));
  const table = (id: string) => charts.find((chart) => chart.id === id)?.table;
  assert.deepEqual(
    table('lens-sigma')?.rows.flatMap(([epochs, sigma]) =>
      sigma ? [[epochs, Number(sigma)]] : [],
    ),
    [
      ['1', -1],
      ['2', -1],
    ],
  );
  const rows = table('lens-filter')?.rows.map(([, ...cells]) => cells.filter(Boolean).map(Number));
  for (const shares of rows ?? []) {
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    ); // the larger the less
    assert.equal(shares.at(-1), 1);
  }
  assert.equal(rows?.length, 2);
  assert.deepEqual(
    charts.flatMap(({ id }) => (id.startsWith('lens-') ? [id] : [])),
    ['lens-online', 'lens-target', 'lens-filter', 'lens-alignment', 'lens-sigma'],
  );
});

test('two processes see what rdm spectrum sees of the checkpoint', { skip: nightly }, async () => {
  const output = scratch();
  const flags = ['-a', 'resnet18', '--crop-size', '32', '-b', '16', '--dim', '64', '--epochs', '1'];
  const two = ['--nproc-per-node', '2', '--device', 'cpu', '--seed', '3', '--lens-every', '1'];
  const run = await rdm(['pretrain', ...flags, ...two, '--output', output, '--json', data]);
  assert.equal(run.code, 0, run.stderr);
  const events = run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
  const seen = events.find((event) => event.type === 'lens');
  const checkpoint = join(output, 'checkpoint_0000.pth.tar');
  const { compared } = await spectrum({ checkpoint, device: 'cpu', workers: 1, output: scratch() });
  assert.ok(seen && compared);
  assert.equal(seen.images, 20);
  for (const [index, branch] of compared.branches.entries()) {
    close(seen.branches[index]?.effectiveRank ?? 0, branch.effectiveRank);
  }
});

test('a line tells ranks and filter', async () => {
  const flags = ['-a', 'vit_tiny', '--patch-size', '16', '--crop-size', '32', '-b', '16'];
  const run = ['--dim', '64', '-j', '2', '--seed', '3', '--device', 'cpu', '--output', scratch()];
  const filter = ['--pred-type', 'poly', '--pred-location', 'target', '--sigma', '-1'];
  const every = ['--epochs', '1', '--lens-every', '1'];
  const { code, stdout, stderr } = await rdm([
    'pretrain',
    ...flags,
    ...run,
    ...filter,
    ...every,
    data,
  ]);
  assert.equal(code, 0, stderr);
  const told = / \* Lens: rank [\d.]+ → [\d.]+ \(\+[\d.]+\), filter s\^-1\.00 \(fit 1\.00\)\n/;
  assert.match(stdout, told);
});
