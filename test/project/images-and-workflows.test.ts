// Dockerfiles, the development container and the workflows name what is there, and the LibTorch of set-up.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { root } from '../support/rdm.js';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const workflows = readdirSync(join(root, '.github/workflows')).map(
  (name) => `.github/workflows/${name}`,
);
const dockerfiles = ['Dockerfile', '.devcontainer/Dockerfile'];
const all = [...workflows, ...dockerfiles, '.devcontainer/devcontainer.json'];
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

for (const file of all) {
  test(`${file} runs scripts that are there`, () => {
    const text = read(file);
    const runs = [...text.matchAll(/npm (?:run ([\w:-]+)|(test)\b)/g)].map(
      (found) => found[1] ?? found[2],
    );
    assert.deepEqual(
      runs.filter((name = '') => !scripts[name]),
      [],
    );
    const paths = [...text.matchAll(/\bscripts\/[\w./-]+/g)].map(([path]) => path);
    assert.deepEqual(
      paths.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });
}

for (const file of workflows) {
  test(`${file}: every job has steps, and waits for jobs that are there`, () => {
    const { jobs } = parse(read(file)) as {
      jobs: Record<string, { 'runs-on'?: string; steps?: unknown[]; needs?: string | string[] }>;
    };
    for (const [name, { steps = [], needs = [], ...job }] of Object.entries(jobs)) {
      assert.ok(steps.length > 0 && job['runs-on'], name);
      for (const other of [needs].flat()) assert.ok(jobs[other], `${name} needs ${other}`);
    }
  });
}

test("a release's checksums are of the LibTorch that set-up takes", () => {
  const [, version = ''] = /^torch_requirement=torch==(.*)$/m.exec(read('scripts/setup')) ?? [];
  const archives = [...read('.github/workflows/release.yml').matchAll(/archive: (.*)/g)];
  assert.ok(archives.length > 0 && version);
  for (const [, archive = ''] of archives) assert.ok(archive.includes(`-${version}`), archive);
});

test('hadolint has nothing to say of the Dockerfiles', (context) => {
  if (spawnSync('hadolint', ['--version']).error) return context.skip('no hadolint');
  const { status, stdout } = spawnSync('hadolint', dockerfiles, { cwd: root });
  assert.equal(status, 0, String(stdout));
});
