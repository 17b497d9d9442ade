// stdout and stderr that cannot be written: a full disk, a pipe that nobody reads. It ends no training, and
// never shows a stack.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Event, Summary } from 'rdm-ssl';
import { dataset, scratch, small } from '../support/folders.js';
import { bin, type Result, run } from '../support/rdm.js';

type Logged = Event | ({ type: 'summary' } & Summary);

/** rdm with these arguments and where its streams go, as a shell writes it. */
const shell = (streams: string, args: string[]): Promise<Result> =>
  run('bash', ['-o', 'pipefail', '-c', `"$0" "$@" ${streams}`, process.execPath, bin, ...args]);

async function trains(streams: string, ...more: string[]): Promise<Result> {
  const output = scratch();
  const data = await dataset();
  const args = ['pretrain', ...small, ...more, '--epochs', '1', '--output', output, data];
  const result = await shell(streams, args);
  assert.equal(result.code, 0, result.stderr);
  assert.doesNotMatch(result.stderr, /^ +at /m);
  const lines = readFileSync(join(output, 'events.jsonl'), 'utf8').trimEnd().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '') as Logged;
  assert.ok(last.type === 'summary' && last.outcome === 'done');
  return result;
}

test('a log on a full disk: training goes on, and says once that lines are lost', async () => {
  const { stderr } = await trains('> /dev/full');
  assert.equal(stderr.match(/^rdm: cannot write to stdout: ENOSPC/gm)?.length, 1);
  assert.match(stderr, /^rdm: done; the last checkpoint is .*checkpoint_0000\.pth\.tar$/m);
});

test('so it does with --json, in two processes', async () => {
  const { stderr } = await trains('> /dev/full', '--json', '--nproc-per-node', '2');
  assert.match(stderr, /^rdm: cannot write to stdout: ENOSPC/m);
});

test('so it does where nobody reads on, and where not even that can be said', async () => {
  assert.match((await trains('| true')).stderr, /^rdm: cannot write to stdout: write EPIPE/m);
  assert.equal((await trains('> /dev/full 2> /dev/full')).stderr, '');
});

test('what is nothing but output fails with a full disk, and leaves quietly without a reader', async () => {
  const full = await shell('> /dev/full', ['recipes', 'list']);
  assert.equal(full.code, 1);
  assert.match(full.stderr, /^rdm: cannot write to stdout: ENOSPC.*\n {5}free some space there/);
  const unread = await shell('| true', ['recipes', 'show', 'cifar/byol']);
  assert.deepEqual({ code: unread.code, stderr: unread.stderr }, { code: 1, stderr: '' });
});
