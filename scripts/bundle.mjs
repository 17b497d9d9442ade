// Bundles the command line out of dist/ into dist/bundle: a process loads a few files in the place of 140. What loads
// on demand stays apart, and packages stay themselves. A file of dist/bundle is as deep as one of dist/ROOM/: ../../ is the
// package from both. Part of scripts/setup's step typescript, and of packing.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
rmSync(`${root}dist/bundle`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['dist/cli/main.js'],
  outdir: 'dist/bundle',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
