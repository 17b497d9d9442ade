// What a terminal shows: a live line that is wiped, a line for every epoch, and no escape codes elsewhere.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { spinnerOutput } from '../../dist/cli/output/spinner.js';
import { start, step } from '../support/events.js';
import { dataset, scratch, small } from '../support/folders.js';
import { bin, rdm, root, run } from '../support/rdm.js';

const terminal = join(root, 'test/support/terminal.py');
const escapeCode = '\u001b[';

let args: string[];
before(async () => {
  args = [
    'pretrain',
    ...small,
    '--epochs',
    '2',
    '--overwrite',
    '--output',
    scratch(),
    await dataset(),
  ];
});

test('a live line tells epoch, step, loss, ranks, rate, speed and time left', async () => {
  const command = [terminal, '120', process.execPath, bin, ...args];
  const { code, stdout } = await run('python3', command);
  assert.equal(code, 0, stdout);
  const live =
    /epoch 1\/2 {2}step \d\/3 {2}loss -?\d\.\d{4} {2}rank \d+\.\d → \d+\.\d \([+-]\d+\.\d\) {2}lr \S+ {2}\d+(\.\d)? images\/s {2}\d+ s left/;
  const shown = stripVTControlCharacters(stdout);
  const finished = /epoch 2\/2 {2}loss -?\d\.\d{4} {2}\d+ s {2}\d+\.\d images\/s\r\n/;
  const end = /rdm: done; the last checkpoint is \S+checkpoint_0001.pth.tar\r\n/;
  for (const line of [live, finished, end]) assert.ok(line.test(shown), String(line));
  assert.ok(!shown.includes('Epoch: ['));
});

const plain: [string, string, string[]][] = [
  ['of no width', '0', []],
  ['that cannot move its cursor', '120', ['env', 'TERM=dumb']],
  ['that a CI keeps as a log', '120', ['env', 'CI=true']],
];
for (const [what, columns, env] of plain)
  test(`a terminal ${what} gets the plain lines`, { timeout: 60_000 }, async () => {
    const command = [terminal, columns, ...env, process.execPath, bin, ...args];
    const { code, stdout } = await run('python3', command);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /\nEpoch: \[1\]\[2\/3\]/);
    assert.ok(!stdout.includes(escapeCode));
  });

test('a line fits a narrow terminal, so that nothing wraps', async () => {
  const columns = 60;
  const command = [terminal, String(columns), process.execPath, bin, ...args];
  const { stdout } = await run('python3', command);
  const drawn = stripVTControlCharacters(stdout).split(/[\r\n\u2800-\u28ff]+/);
  const live = drawn.filter((line) => line.endsWith(' left'));
  assert.ok(live.length > 0);
  assert.deepEqual(
    live.filter((line) => line.length + 1 >= columns),
    [],
  );
});

test('the line moves every second, also where no event comes, and fits a new width at once', (context) => {
  const { stderr } = process;
  const written: string[] = [];
  context.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  context.mock.method(stderr, 'write', (text: string) => written.push(text) > 0);
  const cursor = { cursorTo: () => true, clearLine: () => true, moveCursor: () => true };
  const { isTTY, columns, cursorTo, clearLine, moveCursor } = stderr;
  context.after(() => Object.assign(stderr, { isTTY, columns, cursorTo, clearLine, moveCursor }));
  Object.assign(stderr, { isTTY: true, columns: 120, ...cursor });
  const output = spinnerOutput();
  output.event(start);
  output.event(step(0, 1, -0.5));
  const last = () =>
    stripVTControlCharacters(written.filter((text) => text.includes(' left')).at(-1) ?? '');
  context.mock.timers.tick(100);
  assert.match(last(), /epoch 1\/3 {2}step 2\/4 .*images\/s {2}5 s left/);
  for (const left of ['4 s left', '3 s left', '2 s left']) {
    context.mock.timers.tick(1000);
    assert.ok(last().endsWith(left), last());
  }
  stderr.columns = 40;
  stderr.emit('resize');
  context.mock.timers.tick(100);
  assert.ok(last().length < 40, last());
  output.close();
});

test('a resize erases nothing that stands above the line', (context) => {
  const { stderr } = process;
  const moves: number[] = [];
  context.mock.timers.enable({ apis: ['setInterval', 'Date'] });
  context.mock.method(stderr, 'write', () => true);
  const { isTTY, columns, cursorTo, clearLine, moveCursor } = stderr;
  context.after(() => Object.assign(stderr, { isTTY, columns, cursorTo, clearLine, moveCursor }));
  const cursor = { cursorTo: () => true, clearLine: () => true };
  const up = (_: number, rows: number) => moves.push(rows) > 0;
  Object.assign(stderr, { isTTY: true, columns: 120, ...cursor, moveCursor: up });
  const output = spinnerOutput();
  output.event(start);
  output.event(step(0, 1, -0.5));
  for (const width of [60, 120, 40, 80]) {
    context.mock.timers.tick(1000);
    stderr.columns = width;
    stderr.emit('resize');
    context.mock.timers.tick(1000);
  }
  output.close();
  assert.deepEqual(moves, [], 'the cursor stays in its row, and results are above it');
});

test('without a terminal there are no escape codes', async () => {
  const { stdout, stderr } = await rdm(args);
  assert.ok(!`${stdout}${stderr}`.includes(escapeCode));
});
