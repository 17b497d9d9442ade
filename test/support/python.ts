// A Python that can import torch, and peers beside it, where there are any.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './rdm.js';

/** The environment in which `python3` finds torch, its own or the one that set-up fetched; undefined where none. */
export function pythonWithTorch(): Record<string, string> | undefined {
  return pythonWith([]);
}

/** With modules beside torch, looked for in Python's own folders and in those of peers that were fetched. */
export function pythonWith(modules: string[]): Record<string, string> | undefined {
  const libtorch = join(root, '.libtorch');
  const peers = ['torchvision', 'timm', 'polars', 'sklearn'].map((name) =>
    join(root, '.peers', name),
  );
  const inherited = process.env.PYTHONPATH ? [process.env.PYTHONPATH] : [];
  for (const folders of [inherited, [libtorch, ...inherited], [libtorch, ...peers, ...inherited]]) {
    const PYTHONPATH = folders.join(delimiter);
    const env = { ...process.env, PYTHONPATH };
    const found = ['torch', ...modules].map(
      (name) => `u.find_spec(${JSON.stringify(name)}).origin`,
    );
    const ask = `import importlib.util as u; ${found.join('; ')}`;
    if (spawnSync('python3', ['-c', ask], { env }).status === 0) return { PYTHONPATH };
  }
  return undefined;
}

/** Fetches peers of scripts/peers.mjs that are not there yet; one that cannot be had stays missing. */
export function fetchPeers(...names: string[]): void {
  spawnSync(process.execPath, [join(root, 'scripts/peers.mjs'), ...names]);
}

/** What a script of test/parity prints; `request` is its standard input. */
export function python(
  env: Record<string, string> | undefined,
  [script = '', ...args]: string[],
  request: object = {},
): string {
  const { status, stdout, stderr } = spawnSync(
    'python3',
    [join(root, 'test/parity', script), ...args],
    {
      env: { ...process.env, ...env },
      input: JSON.stringify(request),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  );
  assert.equal(status, 0, stderr);
  return stdout;
}
