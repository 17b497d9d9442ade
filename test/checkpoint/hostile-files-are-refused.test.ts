// Hand-made hostile checkpoints are refused with what is wrong with them: no crash, no internal error.
// Their time and memory is measured by `npm run test:hostile`.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { scratch } from '../support/folders.js';
import { legacy, records, zip } from '../support/hostile/archive.js';
import { cases } from '../support/hostile/cases.js';
import type { Piece } from '../support/hostile/pickle.js';
import { write } from '../support/hostile/write.js';
import { root, run } from '../support/rdm.js';

interface Reading {
  file: string;
  reader?: 'inspect' | 'backbone' | 'checkpoint';
  code: string | null;
  message: string;
}

const folder = scratch();
const fileOf = (name: string) => join(folder, `${name.replaceAll(/[^A-Za-z0-9]/gu, '-')}.pth`);
const good: Record<string, Piece[]> = { 'good zip': zip(records()), 'good older': legacy() };
let readings: Reading[];

/** One process reads all of them: what ends it fails every test of a file after that. */
before(async () => {
  const files = [
    ...Object.entries(good),
    ...cases.map(({ name, pieces }) => [name, pieces()] as const),
  ].map(([name, pieces]) => {
    write(fileOf(name), pieces);
    return fileOf(name);
  });
  const program = join(root, 'build/test/native/rdm_refuse');
  const { stdout } = await run(program, files, { cwd: folder });
  const lines = stdout.split('\n').filter((line) => line.endsWith('}'));
  readings = lines.map((line) => JSON.parse(line) as Reading).filter(({ reader }) => reader);
});

const endings = (name: string) => readings.filter(({ file }) => file === fileOf(name));

test('nothing in them was run', () => {
  assert.ok(!existsSync(join(folder, 'rdm-was-here')));
});

test('there are two hundred hostile checkpoints, no two of a name', () => {
  assert.ok(cases.length >= 200, `${cases.length}`);
  assert.equal(new Set(cases.map(({ name }) => fileOf(name))).size, cases.length);
});

for (const name of Object.keys(good)) {
  test(`the ${name} checkpoint that they are made from is read`, () => {
    const read = endings(name).map(({ code, message }) => ({ code, message }));
    assert.deepEqual(read, Array(3).fill({ code: null, message: '' }));
  });
}

for (const { name, says } of cases) {
  test(`refused: ${name.replaceAll(/\p{Cc}/gu, '?')}`, () => {
    const ended = endings(name);
    assert.equal(ended.length, 3);
    for (const { code, message } of ended) {
      assert.ok(code === null || code === 'bad_checkpoint', `${code}: ${message}`);
    }
    const training = ended.find(({ reader }) => reader === 'checkpoint');
    assert.equal(training?.code, 'bad_checkpoint');
    assert.ok(training.message.startsWith(`cannot load ${fileOf(name)}: `), training.message);
    assert.ok(training.message.includes(says), `${training.message} does not say: ${says}`);
  });
}
