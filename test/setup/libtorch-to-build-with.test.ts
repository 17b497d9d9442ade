// What CMake says of a LibTorch that rdm cannot be built with, before anything is compiled.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { scratch } from '../support/folders.js';
import { standIn } from '../support/installed.js';
import { root, run } from '../support/rdm.js';

/** What it stops with; where it goes on, what CMake says of a target in a script. */
async function refusal(env: Record<string, string>): Promise<string> {
  const { code, stderr } = await run('cmake', ['-P', join(root, 'cmake/libtorch.cmake')], {
    cwd: scratch(),
    env: { LIBTORCH: '', Torch_DIR: '', ...env },
  });
  assert.equal(code, 1);
  return stderr.replace(/\s+/g, ' ');
}

/** A stand-in with the header that is looked for. */
function withHeaders(folder: string): string {
  const header = join(folder, 'include/torch/csrc/api/include/torch/torch.h');
  mkdirSync(dirname(header), { recursive: true });
  writeFileSync(header, '');
  return folder;
}

test('a LIBTORCH or a Torch_DIR that holds none is final, and told', async () => {
  const empty = scratch();
  const named = await refusal({ LIBTORCH: empty });
  assert.match(
    named,
    new RegExp(`LIBTORCH=${empty} holds no LibTorch to build with. Name the folder`),
  );
  const torch = await refusal({ Torch_DIR: empty });
  assert.match(
    torch,
    new RegExp(`Torch_DIR=${empty} belongs to no LibTorch. Name LibTorch's share`),
  );
});

test('where there is none at all, both ways to have one are told', async () => {
  const path = scratch(); // of a python3 that has no torch
  writeFileSync(join(path, 'python3'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const told = await refusal({ PATH: `${path}:${process.env.PATH}` });
  assert.match(told, /LibTorch was not found. Either npm run setup .* or export LIBTORCH=/);
});

test("one with GCC's ABI of before 2015 is refused before the linker meets it; another goes on", async () => {
  if (process.platform !== 'linux') return;
  const old = withHeaders(standIn({ oldAbi: true }));
  const told = await refusal({ LIBTORCH: old });
  assert.ok(told.includes(`The LibTorch in ${old} has GCC's C++ ABI of before 2015`), told);
  assert.match(told, /Take its build for the C\+\+11 ABI/);
  const fits = await refusal({ LIBTORCH: withHeaders(standIn({})) });
  assert.match(fits, /add_library command is not scriptable/);
});
