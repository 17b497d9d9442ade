// What a run is estimated to need of memory, beside what it takes, and what cannot fit.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import type { StartEvent } from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { dataset, scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

const flags = ['-a', 'resnet18', '-j', '1', '--device', 'cpu', '--seed', '1'];

test('a run that cannot fit is refused before it starts, with what it needs and what there is', async (t) => {
  if (!existsSync('/proc/meminfo')) return t.skip('the system does not say what there is');
  const data = await dataset();
  const huge = ['-b', '16', '--crop-size', '20000', '--output', scratch(), data];
  for (const command of ['pretrain', 'lincls']) {
    const { code, stdout, stderr } = await rdm([command, ...flags, ...huge]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^rdm: resnet18 at 20000 pixels, in batches of 16, takes about [\d.]+ GB of memory, and [\d.]+ GB are there \(.*\)\n {5}.*--crop-size/,
    );
  }
});

/** Bytes that a run of three steps was estimated to need, and its height. */
async function measure(data: string, batch: number): Promise<{ need: number; took: number }> {
  const told = encodeURIComponent(
    'process.on("exit", () => console.error("HEIGHT", process.resourceUsage().maxRSS))',
  );
  const line = [
    '--crop-size',
    '160',
    '-b',
    `${batch}`,
    '--epochs',
    '1',
    '--output',
    scratch(),
    data,
  ];
  const { code, stdout, stderr } = await rdm(['pretrain', ...flags, '--json', ...line], {
    env: { NODE_OPTIONS: `--import data:text/javascript,${told}` },
  });
  assert.equal(code, 0, stderr);
  const start = JSON.parse(stdout.slice(0, stdout.indexOf('\n'))) as StartEvent;
  return { need: start.memory ?? 0, took: 1024 * Number(/HEIGHT (\d+)/.exec(stderr)?.[1]) };
}

test('a run takes about what was estimated, and so do its images', { skip: nightly }, async () => {
  const data = await dataset();
  const few = await measure(data, 5);
  const many = await measure(data, 25);
  // The bound below which nothing is refused; `npm run bench:memory` prints other sizes.
  for (const { need, took } of [few, many]) {
    assert.ok(need / took > 2 / 3 && need / took < 3 / 2, `${need} ${took}`);
  }
  const ratio = (many.need - few.need) / (many.took - few.took);
  assert.ok(ratio > 2 / 3 && ratio < 3 / 2, `${ratio}`);
});
