// The manual page: up to date, renders without a warning, and has what --help has.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../dist/cli/main.js';
import { rdm, root, run } from '../support/rdm.js';

const page = join(root, 'man/rdm.1');

test('man/rdm.1 is what the commands make of it: npm run docs:man', async () => {
  const { code, stdout, stderr } = await run(process.execPath, ['scripts/docs/man.mjs', '--print']);
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(page, 'utf8'), stdout);
});

const groff = spawnSync('groff', ['--version']).status === 0;

test('groff renders it without a warning, every flag on it', {
  skip: !groff && 'no groff here',
}, () => {
  const options = ['-K', 'utf8', '-man', '-Tutf8', '-ww', '-rLL=100n', '-P', '-cbou'];
  const { status, stdout, stderr } = spawnSync('groff', [...options, page], { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.equal(stderr, '');
  for (const { name, options } of commands(createProgram())) {
    assert.ok(stdout.includes(`${name} [options]`) || stdout.includes(`${name} `), name);
    for (const flag of options) assert.ok(stdout.includes(flag), flag);
  }
  assert.match(stdout, /rdm pretrain -a resnet50 -b 512 --fix-pred-lr \/data\/imagenet\n/);
});

/** Every command that runs, with its visible long flags. */
function commands(command: Command, above = ''): { name: string; options: string[] }[] {
  const name = `${above} ${command.name()}`.trim();
  const options = command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? '');
  const own = command.commands.length === 0 ? [{ name, options }] : [];
  return [...own, ...command.commands.flatMap((sub) => commands(sub, name))];
}

for (const { name } of commands(createProgram())) {
  test(`${name} --help has an example`, async () => {
    const { stdout } = await rdm([...name.split(' ').slice(1), '--help']);
    assert.match(stdout, /^Examples?:\n {2}\S/m);
  });
}
