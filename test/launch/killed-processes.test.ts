// What becomes of a run of four processes when one is killed or stopped: docs/faults.md has the longer proofs.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { inspectCheckpoint } from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { scratch } from '../support/folders.js';
import { type Disturbed, disturb, few, images, lossOf } from '../support/processes.js';
import { rdm } from '../support/rdm.js';

const skip = existsSync('/proc/self/environ') ? false : 'no /proc to find the processes in';
const options = { skip, timeout: 240_000 };
const { data } = await images();

const line = (output: string, processes: number, ...more: string[]) => [
  'pretrain',
  ...few,
  '--nproc-per-node',
  `${processes}`,
  ...more,
  '--output',
  output,
  data,
];

async function everyoneHasEnded({ code, stderr, pids, left }: Disturbed, rank: number) {
  assert.equal(code, 1, stderr);
  assert.deepEqual(left, []);
  const name = (one: number) => `rank ${one} (${hostname()}, process ${pids[one]})`;
  for (const other of pids.keys()) {
    if (other === rank) continue;
    const who = other === 0 ? '' : `${name(other)}: `;
    assert.ok(stderr.includes(`rdm: ${who}${name(rank)} was lost: `), stderr);
  }
}

for (const [signal, rank] of [
  ['SIGKILL', 2],
  ['SIGSTOP', 0],
] as const) {
  test(`${signal} of rank ${rank} ends all, who name it; the checkpoint loads`, {
    ...options,
    skip: skip || (signal === 'SIGSTOP' && nightly),
  }, async () => {
    const output = scratch();
    const fault = { signal, rank, steps: 3, delay: 50 };
    const ended = await disturb(fault, line(output, 3, '-b', '18', '--epochs', '100000'));
    await everyoneHasEnded(ended, rank);
    const [newest = ''] = readdirSync(output)
      .filter((file) => file.endsWith('.pth.tar'))
      .sort()
      .reverse();
    assert.ok((await inspectCheckpoint(join(output, newest))).epoch);
  });
}

test(
  'SIGTERM to one rank has all of them save, and is what the exit code tells',
  options,
  async () => {
    const fault = { signal: 'SIGTERM', rank: 2, steps: 3, delay: 50 } as const;
    const { code, stdout, stderr, left } = await disturb(
      fault,
      line(scratch(), 3, '-b', '18', '--epochs', '100000'),
    );
    assert.equal(code, 143, stderr);
    assert.deepEqual(left, []);
    const { outcome, checkpoint } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    assert.equal(outcome, 'stopped');
    assert.ok((await inspectCheckpoint(checkpoint)).epoch !== undefined);
  },
);

test('a restart ends with the loss of an undisturbed run', {
  ...options,
  skip: skip || nightly,
}, async () => {
  const undisturbed = await rdm(line(scratch(), 2, '--epochs', '3'));
  const fault = { signal: 'SIGKILL', rank: 1, steps: 3, delay: 50 } as const;
  const again = await disturb(fault, line(scratch(), 2, '--epochs', '3', '--max-restarts', '1'));
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /^rdm: restart 1 of 1, from .*checkpoint_0000\.pth\.tar$/m);
  assert.equal(lossOf(again.stdout), lossOf(undisturbed.stdout)); // to the last bit
});
