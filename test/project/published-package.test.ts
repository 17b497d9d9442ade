// What is published: the file list, the types, and that the tarball works where it is installed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'node:test';
import { dataset, scratch, small } from '../support/folders.js';
import { root, run } from '../support/rdm.js';

async function npm(args: string[], cwd = root): Promise<string> {
  const { code, stdout, stderr } = await run('npm', args, { cwd });
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

/** npm's environment of an outer `npm test` would otherwise reach the inner npm. */
async function tool(name: string, args: string[]): Promise<void> {
  const { code, stdout, stderr } = await run(join(root, 'node_modules/.bin', name), args);
  assert.equal(code, 0, stdout + stderr);
}

interface Packed {
  filename: string;
  version: string;
  files: { path: string }[];
}

test('the package holds what it needs to build and run, and nothing else', async () => {
  const output = await npm(['pack', '--dry-run', '--json', '--ignore-scripts']);
  const [packed] = JSON.parse(output) as Packed[];
  const paths = (packed?.files ?? []).map(({ path }) => path);
  for (const needed of [
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'CMakeLists.txt',
    'bin/rdm.js',
    'cmake/addon.cmake',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/cli/main.js',
    'man/rdm.1',
    'native/addon/addon.cpp',
    'native/base/error.h',
    'package.json',
    'recipes/cifar/rdmsimsiam.yaml',
    'scripts/setup',
  ]) {
    assert.ok(paths.includes(needed), `${needed} is missing`);
  }
  const allowed =
    /^(README\.md|LICENSE|CHANGELOG\.md|CMakeLists\.txt|package\.json|bin\/rdm\.js|man\/rdm\.1|scripts\/setup|cmake\/[\w-]+\.cmake|recipes\/.+\.yaml|native\/.+\.(cpp|h)|dist\/.+\.(js|d\.ts))$/;
  assert.deepEqual(
    paths.filter((path) => !allowed.test(path)),
    [],
  );
});

test('the types resolve for ESM (attw) and the package is well formed (publint)', async () => {
  await tool('attw', ['--pack', root, '--profile', 'esm-only']);
  await tool('publint', ['--strict', root]);
});

test('so is what names the packages of platforms, and it has no scripts of a checkout', async () => {
  const out = scratch();
  const name = '@rdm-ssl/linux-x64-torch2.13';
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  mkdirSync(join(out, basename(name)));
  writeFileSync(join(out, basename(name), 'package.json'), JSON.stringify({ name, version }));
  const made = await run(process.execPath, [join(root, 'scripts/prebuilt/main.mjs'), out]);
  assert.equal(made.code, 0, made.stderr);
  const folder = join(out, 'rdm-ssl');
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  assert.deepEqual(manifest.optionalDependencies, { [name]: version });
  assert.deepEqual([manifest.scripts, manifest.devDependencies], [undefined, undefined]);
  await tool('attw', ['--pack', folder, '--profile', 'esm-only']);
  await tool('publint', ['--strict', folder]);
});

test('the tarball installs elsewhere and works there', { timeout: 300_000 }, async () => {
  const home = scratch();
  const packOutput = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', home]);
  const [packed] = JSON.parse(packOutput) as Packed[];
  writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }');
  await npm(['install', '--no-audit', '--no-fund', join(home, packed?.filename ?? '')], home);

  const addon = process.env.RDM_ADDON ?? join(root, 'build/Release/rdm.node');
  const installed = join(home, 'node_modules/.bin/rdm');
  const help = await run(installed, ['--help'], { cwd: home });
  assert.match(help.stdout, /pretrain/);
  const unset = { RDM_ADDON: '' };
  const unbuilt = await run(installed, ['pretrain', home], { cwd: home, env: unset });
  assert.match(unbuilt.stderr, /the native addon is not built.*\n.*npx rdm setup/);
  const flags = [...small, '--epochs', '1', await dataset()];
  const trained = await run(installed, ['pretrain', ...flags], {
    cwd: home,
    env: { RDM_ADDON: addon },
  });
  assert.equal(trained.code, 0, trained.stderr);
  assert.match(trained.stdout, /Epoch: \[0\]\[2\/3\]/);

  writeFileSync(
    join(home, 'use.mjs'),
    "import { environment } from 'rdm-ssl'; console.log(environment().version);",
  );
  const used = await run(process.execPath, ['use.mjs'], { cwd: home, env: { RDM_ADDON: addon } });
  assert.equal(used.stdout, `${packed?.version}\n`);
});
