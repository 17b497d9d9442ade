// rdm sweep as a process that starts others.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { listRuns, type SweepRow } from 'rdm-ssl';
import { ranges } from '../../dist/cli/launch/slurm-array.js';
import { fitted } from '../../dist/cli/output/live-table.js';
import { dataset, scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
before(async () => {
  data = await dataset();
});

function file(axes: string): string {
  const path = join(scratch(), 'sweep.yaml');
  writeFileSync(
    path,
    `flags:
  arch: vit_tiny
  patch-size: 16
  crop-size: 32
  batch-size: 16
  dim: 64
  pred-dim: 32
  workers: 2
  epochs: 1
  device: cpu
axes: ${axes}
`,
  );
  return path;
}

test('a sweep makes its runs, lists one that fails with its reason, and goes on', async () => {
  const output = join(scratch(), 'sweep');
  const args = ['sweep', file('{batch-size: [16, 512]}'), data, '--output', output];
  writeFileSync(
    args[1] ?? '',
    readFileSync(args[1] ?? '', 'utf8').replace('  batch-size: 16\n', ''),
  );
  const { code, stdout, stderr } = await rdm([...args, '--json', '--jobs', '2']);
  assert.equal(code, 1, stderr);
  const rows = JSON.parse(stdout) as SweepRow[];
  assert.deepEqual(
    rows.map(({ name, state }) => [name, state]),
    [
      ['batch-size=16', 'done'],
      ['batch-size=512', 'failed'],
    ],
  );
  assert.match(rows[1]?.reason ?? '', /fewer images than a batch/);
  assert.match(stderr, /batch-size=512: failed: fewer images than a batch/);
  assert.match(stderr, /rdm: 2 runs: 1 done, 1 failed/);
  assert.deepEqual(
    listRuns(output).map(({ run, state }) => [run, state]),
    [['batch-size=16', 'done']],
  );
});

test('--slurm submits the runs that are left as an array', async () => {
  const bin = scratch();
  const told = join(bin, 'told');
  writeFileSync(
    join(bin, 'sbatch'),
    `#!/bin/sh\nprintf '%s\\n' "$@" > ${told}\necho Submitted batch job 7\n`,
  );
  chmodSync(join(bin, 'sbatch'), 0o755);
  const output = join(scratch(), 'sweep');
  const sweep = file('{learning-rate: [0.1, 0.2, 0.3]}');
  const args = ['sweep', sweep, data, '--output', output, '--jobs', '2', '--slurm'];
  const env = { PATH: `${bin}:${process.env.PATH}` };
  const { code, stdout, stderr } = await rdm(args, { env });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'Submitted batch job 7\n');
  const asked = readFileSync(told, 'utf8');
  assert.match(asked, /--array\n0-2%2\n/);
  assert.match(asked, /exec .* sweep .*sweep\.yaml .* --task "\$SLURM_ARRAY_TASK_ID"\n/);
  assert.doesNotMatch(asked, /--slurm/);
  assert.ok(!existsSync(output));
});

const mistakes: [what: string, args: string[], message: RegExp][] = [
  ['no output', [], /required option '--output <dir>' not specified/],
  ['a score without halving', ['--output', 'o', '--score', 'loss'], /--score has no effect/],
  [
    'halving by nobody',
    ['--output', 'o', '--slurm', '--keep-best', '1'],
    /--keep-best has no effect with --slurm/,
  ],
  ['no such task', ['--output', 'o', '--task', '9'], /--task 9 is no run of .*: 0 to 1 are/],
];

for (const [what, args, message] of mistakes) {
  test(`wrong usage: ${what}`, async () => {
    const found = await rdm(['sweep', file('{learning-rate: [0.1, 0.2]}'), data, ...args]);
    assert.equal(found.code, 2);
    assert.match(found.stderr, message);
  });
}

test('without Slurm, --slurm says so', async () => {
  const args = ['sweep', file('{learning-rate: [0.1]}'), data, '--output', scratch(), '--slurm'];
  const { code, stderr } = await rdm(args, { env: { PATH: scratch() } });
  assert.equal(code, 2);
  assert.match(stderr, /sbatch took no array: .*ENOENT/);
});

test('numbers of tasks are written as Slurm has them', () => {
  assert.equal(ranges([0, 1, 2, 5, 7, 8]), '0-2,5,7-8');
  assert.equal(ranges([3]), '3');
});

test('a live table keeps to the terminal', () => {
  assert.deepEqual(fitted(['abc', 'd'], 5, 2), ['ab', 'd']);
  assert.deepEqual(fitted(['a', 'b', 'c', 'd'], 3, 9), ['a', 'b', '… and 2 more']);
});
