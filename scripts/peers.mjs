#!/usr/bin/env node
// Python packages that tests and benches compare rdm with, each with what it needs in a folder of its
// own, .peers/NAME; torch itself is in .libtorch or Python's own.
//   node scripts/peers.mjs NAME…      fetches those not yet there; exit 1 where one cannot be had
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// --no-deps where the package would fetch a second torch.
const peers = {
  torchvision: ['--no-deps', 'torchvision==0.28.0', 'pillow==13.0.0', 'numpy'],
  timm: [
    ...['--no-deps', 'timm', 'safetensors', 'huggingface_hub', 'pyyaml', 'tqdm', 'packaging'],
    ...['numpy', 'pillow'],
  ],
  dali: ['nvidia-dali-cuda130==2.4.0'],
  tensorboard: ['tensorboard', 'setuptools'],
  sklearn: ['scikit-learn', 'numpy'],
  polars: ['polars', 'safetensors', 'numpy'],
};

/** Fetches a peer unless it is there; gives the reason where that fails. */
export function installPeer(name) {
  const target = join(root, '.peers', name);
  if (existsSync(target)) return undefined;
  console.error(`peers: fetching ${name} into .peers`);
  mkdirSync(join(root, '.peers'), { recursive: true });
  const scratch = mkdtempSync(join(root, '.peers/.fetching-')); // whole or not there, for whoever looks meanwhile
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--target', join(scratch, name), ...peers[name]];
    const { status, stderr, error } = spawnSync('python3', pip, {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      timeout: 300_000,
    });
    if (status !== 0) return (stderr || String(error)).trim().split('\n').at(-1);
    moveIntoPlace(join(scratch, name), target);
    return undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function moveIntoPlace(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error; // else another process was first
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.slice(2)) {
    const reason = installPeer(name);
    if (reason) {
      console.error(`peers: ${name}: ${reason}`);
      process.exitCode = 1;
    }
  }
}
