// docs/scaling.md holds what its script computes, from sizes that are right.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../support/rdm.js';

function computed(...flags: string[]): string {
  const script = join(root, 'scripts/docs/scaling.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [script, ...flags], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout;
}

test('the page has every table of the script, as it is printed', () => {
  const page = readFileSync(join(root, 'docs/scaling.md'), 'utf8');
  const parts = computed().trim().split('\n\n');
  assert.equal(parts.length, 5);
  for (const part of parts) {
    assert.ok(
      page.includes(part),
      `npm run docs:scaling -- --write puts this into the page:\n${part}`,
    );
  }
});

test('the network has the sizes of torchvision and of the reference', () => {
  // resnet50 has 25,557,032 parameters, 2,049,000 of them in fc; of the projector's 12,593,152 the last bias is
  // frozen. resnet50's 53 norms have 26,560 channels, the projector's three 2,048 each.
  const parameters = 25_557_032 - 2_049_000 + 12_593_152 - 2048;
  const expected = `${parameters.toLocaleString('en')} trained parameters, 56 batch norms of 32,704 channels\n`;
  assert.ok(computed().startsWith(expected));
});

test('the collectives that were counted are those of the network: its gradients and statistics', () => {
  const page = readFileSync(join(root, 'docs/scaling.md'), 'utf8');
  const bytes = (name: string) =>
    Number(page.match(new RegExp(`^\\| ${name} \\| \\d+ \\| (\\d+) \\|$`, 'm'))?.[1]);
  const float = 4;
  const views = 2;
  assert.equal(bytes('gradients, summed'), 36_099_136 * float);
  assert.equal(bytes('statistics of norms, gathered'), views * 2 * 32_704 * float);
  assert.equal(bytes('sums of norms, summed'), views * 2 * 32_704 * float);
  assert.equal(bytes('rows, gathered'), views * 4 * 2048 * float);
});

test('the bytes of eight GPUs, by hand', () => {
  const [, ...rows] = computed('--batch', '1').split('\n\n')[1]?.split('\n') ?? [];
  const eight = rows.find((row) => row.startsWith('| 8 |'))?.split(' | ') ?? [];
  assert.equal(eight[2], ((2 * 7 * 36_099_136 * 4) / 8 / 1e6).toFixed(0));
  assert.equal(eight[5], ((2 * (7 * 2048 * 4 + 8 * 8 * (4 + 8))) / 1e6).toFixed(1));
  assert.equal(eight[6], `${((2 * ((2 * 7 * 8) / 8 + 4) * 2048 ** 2) / 1e6).toFixed(0)} |`);
});

test('a flag changes what it names', () => {
  const times = (...flags: string[]) =>
    computed(...flags)
      .split('\n\n')[3]
      ?.split('\n')[2]
      ?.split(' | ') ?? [];
  const [usual, slow] = [times(), times('--bandwidth', '1')];
  assert.equal(usual[1], slow[1]); // the computing
  assert.ok(Number(slow[2]) > Number(usual[2])); // the gradients
});
