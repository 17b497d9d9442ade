// An addon that came with the package, where LibTorch is missing, wrong or fits.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { checkLibrary } from '../../dist/native/prebuilt.js';
import { runFolder, wholeRun } from '../support/events.js';
import { dataset, scratch, small } from '../support/folders.js';
import { bare, installed, rdmOf, standIn } from '../support/installed.js';
import { root } from '../support/rdm.js';

const home = installed([{}]);
const forCuda = installed([{ cuda: '13.0' }]);

/** LibTorch of these tests: that which set-up found. */
function real(): string {
  const cache = readFileSync(join(root, 'build/CMakeCache.txt'), 'utf8');
  const [, include = ''] = /^TORCH_INCLUDE:PATH=(.*)$/m.exec(cache) ?? [];
  return dirname(include);
}

test('what needs no LibTorch works without one', async () => {
  const runs = runFolder(wholeRun);
  const page = join(scratch(), 'report.html');
  const works: [args: string[], stdout: RegExp][] = [
    [['--help'], /pretrain/],
    [['recipes', 'list'], /cifar\/rdmsimsiam/],
    [['completion', 'bash'], /^# rdm completion bash/],
    [['setup', '--help'], /--cuda/],
    [['report', runs, '--html', page], /report\.html/],
  ];
  for (const [args, expected] of works) {
    const { code, stdout, stderr } = await rdmOf(home, args);
    assert.equal(code, 0, `${args}: ${stderr}`);
    assert.match(`${stdout}${stderr}`, expected);
  }
  const watching = spawn(
    process.execPath,
    [join(home, 'bin/rdm.js'), 'watch', runs, '--port', '0'],
    {
      env: { ...process.env, ...bare({}) },
    },
  );
  const [said] = await once(watching.stdout, 'data');
  watching.kill();
  assert.match(String(said), /http:\/\//);
});

test('doctor says that none is there, and what to do', async () => {
  const { code, stdout } = await rdmOf(home, ['doctor']);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^problem +no LibTorch was found that this rdm runs with\n +`npx rdm setup` fetches the one/,
  );
});

/** The message of a run with this LibTorch. */
async function refusal(libtorch: string, of = home): Promise<string> {
  const { code, stderr } = await rdmOf(of, ['pretrain', root], { libtorch });
  assert.equal(code, 1, stderr);
  return stderr;
}

test('a LIBTORCH that holds none, is too old, too new, of the old ABI or without CUDA is told so', async () => {
  const empty = scratch();
  assert.ok(
    (await refusal(empty)).startsWith(
      `rdm: LIBTORCH=${empty} holds no LibTorch: no ${empty}/lib/libtorch.`,
    ),
  );
  const cases: [folder: string, reason: string, of?: string][] = [
    [standIn({ version: '2.9.1' }), 'it is 2.9.1, too old: this rdm runs with 2.13'],
    [standIn({ version: '2.14.0' }), 'it is 2.14.0, too new: this rdm runs with 2.13'],
    [standIn({ oldAbi: true }), "it has GCC's C++ ABI of before 2015 (_GLIBCXX_USE_CXX11_ABI=0)"],
    [standIn({}), 'it is a CPU build, and this rdm was built for CUDA 13.0', forCuda],
  ];
  for (const [folder, reason, of] of cases) {
    const [told, hint] = (await refusal(folder, of)).split('\n');
    assert.equal(told, `rdm: the LibTorch of LIBTORCH=${folder} does not fit: ${reason}`);
    assert.match(hint ?? '', /unset LIBTORCH and run `npx rdm setup`; or build against it/);
  }
});

test('without LIBTORCH, what does not fit is passed over, by name', async () => {
  const cache = scratch();
  const old = standIn({ version: '2.9.1', archive: true }, join(cache, 'libtorch-2.13.0'));
  const { stderr } = await rdmOf(home, ['pretrain', root], { cache });
  const passed = `passed over ${old}: it is 2.9.1, too old: this rdm runs with 2.13`;
  assert.ok(
    stderr.startsWith(`rdm: no LibTorch was found that this rdm runs with; ${passed}\n`),
    stderr,
  );
});

test('what was fetched with CUDA comes before what Python has, and that before one without', async () => {
  const python = standIn({ version: '2.13.2' });
  const path = scratch();
  writeFileSync(join(path, 'python3'), `#!/bin/sh\necho ${python}\n`, { mode: 0o755 });
  const cache = scratch();
  const chosen = async () => {
    const { stderr } = await rdmOf(home, ['pretrain', root], { cache, env: { PATH: path } });
    const [, folder] = /^rdm: the LibTorch in (.*) does not load: /.exec(stderr) ?? [];
    return folder;
  };
  standIn({}, join(cache, 'libtorch-2.13.0/torch'));
  assert.equal(await chosen(), python);
  const fetched = standIn({ cuda: true }, join(cache, 'libtorch-2.13.0-cuda/torch'));
  assert.equal(await chosen(), fetched);
});

test('a LibTorch whose libraries are none says why it does not load', async () => {
  const folder = standIn({ version: '2.13.1' });
  const stderr = await refusal(folder);
  assert.ok(stderr.startsWith(`rdm: the LibTorch in ${folder} does not load: `), stderr);
  assert.match(stderr, /\n +fetch LibTorch anew with `npx rdm setup`, or build from source/);
});

test('a C library that is too old or none of glibc is refused before anything is loaded', async () => {
  if (process.platform !== 'linux') return;
  const built = { libtorch: '2.13.0', cuda: null, glibc: '2.34', sha256: null };
  checkLibrary(built, '2.34');
  assert.throws(() => checkLibrary(built, '2.31'), {
    code: 'no_addon',
    message: 'the prebuilt addon needs glibc 2.34 or later, and this system has 2.31',
  });
  assert.throws(() => checkLibrary(built, ''), {
    message: 'the prebuilt addon needs glibc, and this system has musl (Alpine)',
    hint: /^take an image with glibc 2\.34 or later .* `npx rdm setup --build`$/,
  });
  const { stderr } = await rdmOf(installed([{ glibc: '99.0' }]), ['pretrain', root]);
  assert.match(stderr, /^rdm: the prebuilt addon needs glibc 99\.0 or later, and this system has /);
});

test('one that fits is found in LIBTORCH and in the cache, and a run trains', async () => {
  const cache = scratch();
  mkdirSync(join(cache, 'libtorch-2.13.0'));
  symlinkSync(real(), join(cache, 'libtorch-2.13.0/torch'));
  for (const around of [{ libtorch: real() }, { cache }]) {
    const { code, stdout } = await rdmOf(home, ['doctor'], around);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ok +addon 0\.1\.0, .*@rdm-ssl.*rdm\.node\nok +LibTorch 2\.13\./);
  }
  const flags = [...small, '--epochs', '1', '--output', scratch(), await dataset()];
  const trained = await rdmOf(home, ['pretrain', ...flags], { libtorch: real() });
  assert.equal(trained.code, 0, trained.stderr);
  assert.match(trained.stdout, /Epoch: \[0\]\[2\/3\]/);
});
