// A run that falls back to the CPU although a GPU is there says so, on an addon that plays one (support/ranks.cjs);
// and the real addon finds one by its driver, of which a small library plays a part.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { environment } from 'rdm-ssl';
import { scratch } from '../support/folders.js';
import { rdm, root } from '../support/rdm.js';

/** The driver of CUDA 12.4 on a machine with two devices. */
const driver = `
  int cuDriverGetVersion(int* version) { *version = 12040; return 0; }
  int cuInit(unsigned flags) { return 0; }
  int cuDeviceGetCount(int* count) { *count = 2; return 0; }`;

const missing = {
  reason: 'the driver is too old: it knows CUDA 12.4, and LibTorch was built for CUDA 13.0',
  advice: 'a newer driver, or a LibTorch for CUDA 12',
  unused: true,
};

async function run(flags: string[], why: object) {
  const output = scratch();
  const env = {
    RDM_ADDON: join(root, 'test/support/ranks.cjs'),
    RDM_TEST_STEPS: '1',
    RDM_TEST_MISSING: JSON.stringify(why),
  };
  const { code, stderr } = await rdm(['pretrain', ...flags, '--output', output, 'images'], { env });
  assert.equal(code, 0, stderr);
  return { stderr, output };
}

const told =
  /^rdm: warning: a GPU is there, and this run is on the CPU: the driver is too old: it knows CUDA 12\.4, .*13\.0; a newer driver.*--device cpu$/m;

test('auto tells of a GPU that it passes over, on stderr and in the log', async () => {
  const { stderr, output } = await run([], missing);
  assert.match(stderr, told);
  assert.match(readFileSync(join(output, 'events.jsonl'), 'utf8'), /"code":"gpu_unused"/);
});

test('of several processes the first one tells, once', async () => {
  const { stderr } = await run(['--nproc-per-node', '2'], missing);
  assert.equal(stderr.match(/a GPU is there/g)?.length, 1, stderr);
});

test('where there is none, where it is hidden, and with --device cpu nothing is told', async () => {
  for (const [flags, why] of [
    [[], { ...missing, unused: false }],
    [['--device', 'cpu'], missing],
  ] as const) {
    const { stderr } = await run([...flags], why);
    assert.doesNotMatch(stderr, /GPU/);
  }
});

test('the driver is asked, which any build of LibTorch can do', async (context) => {
  if (environment().cuda.available) return context.skip('LibTorch has a GPU');
  const folder = scratch();
  writeFileSync(join(folder, 'driver.c'), driver);
  execFileSync('cc', ['-shared', '-fPIC', '-o', 'libcuda.so.1', 'driver.c'], { cwd: folder });
  const env = { LD_LIBRARY_PATH: folder };
  const { code, stdout } = await rdm(['doctor'], { env });
  assert.equal(code, 1, stdout);
  const why = environment().cuda.built
    ? 'the driver is too old: it knows CUDA 12\\.4, and LibTorch was built for CUDA \\d+\\.\\d\\n +a newer driver'
    : 'LibTorch is a CPU build\\n +with a prebuilt addon `npx rdm setup --cuda`; else set LIBTORCH';
  assert.match(stdout, new RegExp(`^problem +a GPU is there, and unused: ${why}`, 'm'));
});
