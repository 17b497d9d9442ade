// What scripts/setup does with what CMake reports, on stand-ins for node, cmake and pip that write down their lines.
import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { scratch } from '../support/folders.js';
import { root, run } from '../support/rdm.js';

const asked = '--target .cuda-headers/13.0 nvidia-cuda-crt==13.0.* nvidia-cuda-cccl==13.0.*';

/** A checkout whose configuring asks for `headers`, where RDM_TO_BRING lets it. */
async function setUp(headers: string, pip = 'exit 0') {
  const checkout = scratch();
  const programs = join(checkout, 'programs');
  mkdirSync(programs);
  mkdirSync(join(checkout, 'scripts'));
  cpSync(join(root, 'scripts/setup'), join(checkout, 'scripts/setup'));
  const stand = (name: string, does: string) => {
    writeFileSync(
      join(programs, name),
      `#!/bin/sh\necho "${name} $*" >>"${checkout}/lines"\n${does}\n`,
    );
    chmodSync(join(programs, name), 0o755);
  };
  const ask = headers && `[ -z "\${RDM_TO_BRING:-}" ] || echo '${headers}' >"$RDM_TO_BRING"`;
  stand('node', `case "$*" in *configure*) mkdir -p build; ${ask || ':'};; esac`);
  stand('cmake', '');
  stand('pip3', pip);
  const env = { PATH: `${programs}:${process.env.PATH}`, LIBTORCH: '', CUDA_HOME: '' };
  const { code, stdout, stderr } = await run('bash', ['scripts/setup', 'native'], {
    cwd: checkout,
    env,
  });
  assert.equal(code, 0, stderr);
  const lines = readFileSync(join(checkout, 'lines'), 'utf8').split('\n');
  return {
    configured: lines.filter((line) => /^node .*configure/.test(line)).length,
    pips: lines.filter((line) => line.startsWith('pip3')),
    stdout,
  };
}

test('headers that CMake asks for are brought into a folder of the checkout, then it is configured again', async () => {
  const { configured, pips, stdout } = await setUp(asked);
  assert.equal(configured, 2);
  assert.deepEqual(pips, [`pip3 install --quiet --no-deps --upgrade ${asked}`]);
  assert.match(stdout, /^setup: CUDA headers: pip install --target \.cuda-headers\/13\.0 nvidia/m);
});

test('where pip cannot bring them, set-up says so and goes on without', async () => {
  const { configured, stdout } = await setUp(asked, 'exit 1');
  assert.equal(configured, 2);
  assert.match(stdout, /^setup: CUDA headers: pip did not bring them$/m);
  assert.match(stdout, /^setup: done$/m);
});

test('where CMake asks for none, pip is left alone', async () => {
  const { configured, pips } = await setUp('');
  assert.deepEqual([configured, pips], [1, []]);
});
