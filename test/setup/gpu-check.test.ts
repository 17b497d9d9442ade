// scripts/gpu-check, with small sizes where there is no GPU: what it says, and what it writes where.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { nightly } from '../support/every-run.js';
import { scratch } from '../support/folders.js';
import { root } from '../support/rdm.js';

const page = 'before\n<!-- gpu-check: begin -->\nold\n<!-- gpu-check: end -->\nafter\n';

function check(device: string, parts: string, path: string) {
  const args = [
    '--device',
    device,
    '--small',
    '--build',
    'build',
    '--parts',
    parts,
    '--page',
    path,
  ];
  const { status, stdout, stderr } = spawnSync(join(root, 'scripts/gpu-check'), args, {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stderr, report: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') };
}

test('it ends with a line of JSON, and writes the page between its marks', () => {
  const path = join(scratch(), 'page.md');
  writeFileSync(path, page);
  const { status, stderr, report } = check('cpu', 'nccl', path);
  assert.equal(status, 0, stderr);
  assert.equal(report.ok, true);
  assert.deepEqual(Object.keys(report.parts), ['nccl']);
  assert.match(report.parts.nccl['left out'], /NCCL/);
  const written = readFileSync(path, 'utf8');
  assert.match(written, /^before\n<!-- gpu-check: begin -->\nRan on cpu, .*small sizes/);
  assert.match(written, /\n<!-- gpu-check: end -->\nafter\n$/);
  assert.doesNotMatch(written, /old/);
});

test('solvers are timed, and their table is on the page', { skip: nightly }, () => {
  const path = join(scratch(), 'page.md');
  writeFileSync(path, page);
  const { status, stderr, report } = check('cpu', 'solvers', path);
  assert.equal(status, 0, stderr);
  assert.ok(report.parts.solvers.milliseconds[0].newton > 0);
  assert.match(
    readFileSync(path, 'utf8'),
    /\n\| features \| product \| newton \| eigh \| svd \|\n/,
  );
});

test('the simulated accelerator reads nothing on the host in a step but for an SVD', {
  skip: nightly,
}, () => {
  const path = join(scratch(), 'page.md');
  writeFileSync(path, page);
  const { status, stderr, report } = check('simulated', 'counts', path);
  assert.equal(status, 0, stderr);
  const steps: { name: string; hostReads: number }[] = report.parts.counts.aStep;
  const reading = steps.filter(({ hostReads }) => hostReads > 0).map(({ name }) => name);
  assert.deepEqual(reading, ['SimSiam, `poly online 1`, svd, which waits']);
  assert.ok(steps.length > 5);
});

test('docs/gpu.md has the marks', () => {
  const text = readFileSync(join(root, 'docs/gpu.md'), 'utf8');
  assert.match(text, /<!-- gpu-check: begin -->\n[\s\S]*\n<!-- gpu-check: end -->/);
});
