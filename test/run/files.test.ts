// What others put under the names of a run's files: nothing is written through a link, and nothing is waited for.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { runFolder, wholeRun } from '../support/events.js';
import { dataset, scratch, small } from '../support/folders.js';
import { type Result, rdm } from '../support/rdm.js';

const deadline = { timeout: 60_000 };
const notFile = /it is a link, a pipe, a device or a folder, not a file/;

let data: string;
before(async () => {
  data = await dataset();
});

/** A run in a folder that others had their hands on. */
function trains(prepare: (output: string) => void): Promise<Result> {
  const output = scratch();
  prepare(output);
  return rdm(['pretrain', ...small, '--epochs', '1', '--output', output, data]);
}

const fifo = (path: string) => void execFileSync('mkfifo', [path]);

test(
  'events.jsonl is a pipe, a link, a folder: events are lost, and the run goes on',
  deadline,
  async () => {
    const precious = join(scratch(), 'precious');
    writeFileSync(precious, 'mine');
    const plants = [fifo, mkdirSync, (path: string) => symlinkSync(precious, path)];
    for (const plant of plants) {
      const { code, stderr } = await trains((output) => plant(join(output, 'events.jsonl')));
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^rdm: warning: events are lost: cannot write to the output folder .*/m);
      assert.match(stderr, notFile);
    }
    assert.equal(readFileSync(precious, 'utf8'), 'mine');
  },
);

test('run.json is a pipe, a link, without end: refused', deadline, async () => {
  const zeros = (path: string) => symlinkSync('/dev/zero', path);
  const sparse = (path: string) => {
    writeFileSync(path, '[');
    truncateSync(path, 2 ** 40);
  };
  for (const plant of [fifo, zeros, sparse]) {
    const { code, stderr } = await trains((output) => plant(join(output, 'run.json')));
    assert.equal(code, 1);
    assert.match(stderr, /^rdm: .*run\.json is not the record of a run\n {5}move it away/);
  }
});

test('a link where run.json is made ready is not followed', deadline, async () => {
  const precious = join(scratch(), 'precious');
  writeFileSync(precious, 'mine');
  const { code, stderr } = await trains((output) =>
    symlinkSync(precious, join(output, 'run.json.tmp')),
  );
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(precious, 'utf8'), 'mine');
});

const noAddon = { env: { RDM_ADDON: '/nowhere/rdm.node' } };

test('report waits for no pipe, and reads no device', deadline, async () => {
  for (const plant of [fifo, (path: string) => symlinkSync('/dev/zero', path)]) {
    const folder = scratch();
    plant(join(folder, 'events.jsonl'));
    const { code, stderr } = await rdm(['report', folder], { ...noAddon, cwd: folder });
    assert.equal(code, 1);
    assert.match(stderr, /^rdm: cannot read .*events\.jsonl: it is a link, a pipe/);
    const run = runFolder(wholeRun);
    plant(join(run, 'run.json'));
    const recorded = await rdm(['report', run], { ...noAddon, cwd: folder });
    assert.equal(recorded.code, 1);
    assert.match(recorded.stderr, /^rdm: .*run\.json is not the record of a run/);
  }
});

test('a log with a hole of gigabytes is read', deadline, async () => {
  const folder = runFolder(wholeRun);
  truncateSync(join(folder, 'events.jsonl'), 2 ** 30);
  const { code, stderr } = await rdm(['report', folder], { ...noAddon, cwd: folder });
  assert.equal(code, 0, stderr);
});

const records: [what: string, text: string][] = [
  ['numbers', '[1, 2]'],
  ['nothing', '[null]'],
  ['an empty object', '[{}]'],
  ['a command that is a number', '[{"command": 5}]'],
  ['no versions', '[{"started": "", "command": "", "options": {}, "machine": {}, "data": {}}]'],
  ['what is nested without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
];

for (const [what, text] of records) {
  test(`run.json with ${what} is refused`, async () => {
    const folder = runFolder(wholeRun);
    writeFileSync(join(folder, 'run.json'), text);
    const { code, stderr } = await rdm(['report', folder], { ...noAddon, cwd: folder });
    assert.equal(code, 1);
    assert.match(stderr, /^rdm: .*run\.json is not the record of a run\n {5}move it away/);
  });
}
