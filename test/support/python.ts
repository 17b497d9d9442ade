// A Python that can import torch, where there is one: its own, or the one that set-up fetched.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './rdm.js';

/** The environment in which `python3` finds torch; undefined where it does not. */
export function pythonWithTorch(): Record<string, string> | undefined {
  const candidates = [process.env.PYTHONPATH ?? '', join(root, '.libtorch')];
  for (const PYTHONPATH of candidates) {
    const env = { ...process.env, PYTHONPATH };
    if (spawnSync('python3', ['-c', 'import torch'], { env }).status === 0) return { PYTHONPATH };
  }
  return undefined;
}
