// Bundles the command line out of dist/ into dist/bundle: a process loads a few files in the place of 140. What loads
// on demand stays apart, and packages stay themselves. A file of dist/bundle is as deep as one of dist/ROOM/: ../../ is the
// package from both. Part of scripts/setup's step typescript, and of packing. Processes may run from it meanwhile: what is
// as it was is let be, and the rest is replaced.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = join(root, 'dist/bundle');
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['dist/cli/main.js'],
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
  write: false,
});
mkdirSync(folder, { recursive: true });
for (const { path, text } of outputFiles) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}
const made = new Set(outputFiles.map(({ path }) => basename(path)));
for (const name of readdirSync(folder)) if (!made.has(name)) rmSync(join(folder, name));
