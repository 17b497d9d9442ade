// rdm doctor on addons that load, refuse, crash or are old: stand-ins, since a real one does none of it on request.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { Diagnosis, Environment } from 'rdm-ssl';
import { checkLines } from '../../dist/cli/commands/doctor.js';
import { scratch } from '../support/folders.js';
import { type Result, rdm } from '../support/rdm.js';

const healthy: Environment = {
  version: '0.1.0',
  libtorch: '2.13.0',
  threads: availableParallelism(),
  cpu: 'AVX512',
  bf16: true,
  cuda: {
    available: false,
    devices: 0,
    built: null,
    missing: { reason: 'LibTorch is a CPU build', advice: 'set LIBTORCH', unused: false },
  },
  codecs: { jpeg: true, jpegHuffman: true, png: true, webp: true, tiff: true },
  backends: { gloo: true, nccl: false },
};

/** doctor on a module in the addon's place. */
function on(code: string, flags: string[] = [], env: Record<string, string> = {}): Promise<Result> {
  const addon = join(scratch(), 'addon.cjs');
  writeFileSync(addon, code);
  return rdm(['doctor', ...flags], { env: { ...env, RDM_ADDON: addon } });
}

const telling = (environment: object) =>
  `exports.environment = () => (${JSON.stringify({ ...healthy, ...environment })});`;

test('all well: each fact on a line, exit code 0', async () => {
  const { code, stdout } = await on(telling({}));
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^ok +addon 0\.1\.0, .*addon\.cjs$/m);
  assert.match(stdout, /^ok +LibTorch 2\.13\.0$/m);
  assert.match(stdout, /^note +no CUDA device: LibTorch is a CPU build; nearly all time /m);
  assert.match(stdout, /^ok +images: jpeg, png, webp, tiff, bmp, ppm, pgm$/m);
  assert.match(stdout, /^ok +several processes: gloo: yes, nccl: no$/m);
  assert.match(stdout, /^ok +\d+\.\d GiB free for /m);
});

test('an addon that crashes is reported, with its last words; doctor lives on', async () => {
  const { code, signal, stdout } = await on("console.error('last words'); process.abort();");
  assert.deepEqual({ code, signal }, { code: 1, signal: null });
  assert.match(stdout, /^problem +the addon ends the process that loads it \(SIGABRT\)/m);
  assert.match(stdout, /^ +last words\n(.*\n)* +it was built for another machine.*npm run setup/m);
  assert.match(stdout, /^ok +\d+\.\d GiB free for /m); // the other checks were made
});

test('an addon that is not there, or does not load, comes with what to do', async () => {
  const missing = await rdm(['doctor'], { env: { RDM_ADDON: '/nowhere/rdm.node' } });
  assert.equal(missing.code, 1);
  assert.match(
    missing.stdout,
    /^problem +the addon is not built: no \/nowhere\/rdm\.node\n +build it: .*npm run setup/,
  );
  const broken = await on("throw new Error('undefined symbol: x');");
  assert.equal(broken.code, 1);
  assert.match(broken.stdout, /^problem +the native addon does not load: undefined symbol: x\n/);
});

test('an addon of another version, or from before a fact was told, is a problem', async () => {
  for (const old of [{ version: '0.0.9' }, { cuda: { available: false, devices: 0 } }]) {
    const { code, stdout } = await on(telling(old));
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^problem +the addon \(0\.\d\.\d\) was built from other sources than the package \(0\.1\.0\)\n +build it/,
    );
  }
});

test('a GPU that is there and unused is a problem, with the reason and the way out', async () => {
  const missing = { reason: 'the driver is too old', advice: 'a newer driver', unused: true };
  const cuda = { available: false, devices: 0, built: '13.0', missing };
  const { code, stdout } = await on(telling({ cuda }));
  assert.equal(code, 1);
  assert.match(stdout, /^ok +LibTorch 2\.13\.0, of CUDA 13\.0$/m);
  assert.match(
    stdout,
    /^problem +a GPU is there, and unused: the driver is too old\n +a newer driver$/m,
  );
});

test('a CUDA build without NCCL is told; with several GPUs it is a problem', async () => {
  const cuda = { available: true, devices: 1, built: '13.0', missing: null };
  const one = await on(telling({ cuda }));
  assert.equal(one.code, 0);
  assert.match(one.stdout, /^ok +1 CUDA device$/m);
  assert.match(
    one.stdout,
    /^note +built without NCCL: .*one loses nothing\n +remove build\/ and run/m,
  );
  const two = await on(telling({ cuda: { ...cuda, devices: 2 } }));
  assert.equal(two.code, 1);
  assert.match(two.stdout, /^problem +built without NCCL: /m);
  const backends = { gloo: true, nccl: true };
  const complete = await on(telling({ cuda, backends }));
  assert.doesNotMatch(complete.stdout, /without NCCL/);
  assert.match(complete.stdout, /^ok +several processes: gloo: yes, nccl: yes$/m);
});

test('more threads than processors is a problem that names the variable', async () => {
  const threads = availableParallelism() * 8;
  const env = { OMP_NUM_THREADS: String(threads) };
  const { code, stdout } = await on(telling({ threads }), [], env);
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`^problem +${threads} threads on .*\n +OMP_NUM_THREADS is`, 'm'));
});

test('how threads wait is told, and noted where they were told to spin', async () => {
  const unset = { OMP_WAIT_POLICY: '', GOMP_SPINCOUNT: '', KMP_BLOCKTIME: '' };
  const ours = await on(telling({}), [], unset);
  assert.match(ours.stdout, /^ok +threads that wait for each other spin shortly, then sleep$/m);
  const spinning = await on(telling({}), [], { ...unset, OMP_WAIT_POLICY: 'active' });
  assert.equal(spinning.code, 0);
  assert.match(
    spinning.stdout,
    /^note +threads spin while they wait \(OMP_WAIT_POLICY=active\): .*\n +unset it, unless/m,
  );
  const counted = await on(telling({}), [], { ...unset, GOMP_SPINCOUNT: '7' });
  assert.match(counted.stdout, /^ok +threads that wait .* as told: GOMP_SPINCOUNT=7$/m);
});

test('a codec or a look-up that is missing is a note', async () => {
  const codecs = { ...healthy.codecs, webp: false, jpegHuffman: false };
  const { code, stdout } = await on(telling({ codecs }));
  assert.equal(code, 0);
  assert.match(stdout, /^note +not built in: webp; install libwebp-dev/m);
  assert.match(stdout, /^note +JPEGs are read by libjpeg alone/m);
});

test('--json has the checks as data and what the addon told', async () => {
  const { stdout } = await on(telling({}), ['--json']);
  const { environment, checks } = JSON.parse(stdout) as Diagnosis;
  assert.deepEqual(environment, healthy);
  const disk = checks.find(({ name }) => name === 'disk');
  assert.equal(disk?.level, 'ok');
  assert.ok(Number(disk?.values.free) > 2 ** 30);
});

test('an output folder that is not there yet is as good as the one above; a file is refused', async () => {
  const folder = scratch();
  const { code } = await on(telling({}), ['--output', join(folder, 'a/b/c')]);
  assert.equal(code, 0);
  mkdirSync(join(folder, 'locked'), { mode: 0o555 });
  if (process.getuid?.() === 0) return; // root may write everywhere
  const locked = await on(telling({}), ['--output', join(folder, 'locked')]);
  assert.equal(locked.code, 1);
  assert.match(locked.stdout, /^problem +cannot write to .*locked: EACCES/m);
});

test('what a machine of the tests does not have reads as the rest', () => {
  const busy = checkLines({ name: 'busy', level: 'note', values: { load: 3.25, processors: 2 } });
  assert.deepEqual(busy, ['note     other programs run here: a load of 3.3 on 2 processors']);
  const [low, fix] = checkLines({
    name: 'disk_low',
    level: 'problem',
    values: { free: 2 ** 29, output: '/runs' },
  });
  assert.equal(low, 'problem  only 0.5 GiB free for /runs');
  assert.match(fix ?? '', /^ +pass a folder on another disk: --output DIR/);
  const text = (name: 'memory_low' | 'shared_memory_low') =>
    checkLines({ name, level: 'problem', values: { free: 2 ** 25, total: 2 ** 33 } }).join('\n');
  assert.match(text('memory_low'), /only 0\.0 GiB of 8\.0 GiB memory are free\n +end other/);
  assert.match(text('shared_memory_low'), /in a container: --shm-size 1g/);
});
