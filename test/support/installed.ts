// rdm-ssl as npm installs it, with a package of this platform beside it, and stand-ins for LibTorch.
import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from './folders.js';
import { type Result, root, run } from './rdm.js';

export interface Platform {
  libtorch?: string;
  cuda?: string | null;
  glibc?: string | null;
  sha256?: string | null;
}

export const release = join(root, 'build/Release');

/** The folder of rdm-ssl; of each platform's package, what its addons are is copied from `addons`. */
export function installed(platforms: Platform[], addons = release): string {
  const modules = join(scratch(), 'node_modules');
  const home = join(modules, 'rdm-ssl');
  const optional: Record<string, string> = {};
  for (const [index, given] of platforms.entries()) {
    const name = `@rdm-ssl/${process.platform}-${process.arch}-torch${index}`;
    const built = { libtorch: '2.13.0', cuda: null, glibc: '2.17', sha256: null, ...given };
    optional[name] = '0.1.0';
    mkdirSync(join(modules, name), { recursive: true });
    writeFileSync(join(modules, name, 'package.json'), JSON.stringify({ name, rdm: built }));
    for (const file of ['rdm.node', 'open.node']) {
      copyFileSync(join(addons, file), join(modules, name, file));
    }
  }
  mkdirSync(home, { recursive: true });
  for (const part of ['bin', 'dist', 'recipes', 'scripts']) {
    cpSync(join(root, part), join(home, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const changed = { ...manifest, optionalDependencies: optional };
  writeFileSync(join(home, 'package.json'), JSON.stringify(changed));
  return home;
}

export interface Surroundings {
  cache?: string;
  libtorch?: string;
  env?: Record<string, string>;
}

/** rdm of that installation where no Python is and nothing is set but what is given. */
export function rdmOf(home: string, args: string[], around: Surroundings = {}): Promise<Result> {
  const env = { ...bare(around), ...around.env };
  return run(process.execPath, [join(home, 'bin/rdm.js'), ...args], { env });
}

export const bare = ({ cache = scratch(), libtorch = '' }: Surroundings) => ({
  ...{ PATH: scratch(), RDM_ADDON: '', RDM_CACHE: cache, LIBTORCH: libtorch },
  ...{ RDM_LIBTORCH_URL: '' },
});

export interface StandIn {
  version?: string;
  cuda?: boolean;
  oldAbi?: boolean;
  /** As PyTorch's archives tell the version, not as its wheels do. */
  archive?: boolean;
}

/** A folder with what is looked at in a LibTorch; no library in it is one. */
export function standIn(
  { version = '2.13.0', cuda = false, oldAbi = false, archive = false }: StandIn,
  folder = join(scratch(), 'torch'),
): string {
  mkdirSync(join(folder, 'lib'), { recursive: true });
  const suffix = process.platform === 'darwin' ? 'dylib' : 'so';
  const library = (name: string, text: string) =>
    writeFileSync(join(folder, 'lib', `lib${name}.${suffix}`), text);
  library('torch', 'no library');
  library('c10', oldAbi ? '_ZN3c106detail14torchCheckFailEPKcS2_jRKSs' : 'no library');
  if (cuda) library('torch_cuda', '');
  const text = archive ? `${version}+cpu\n` : `__version__ = '${version}+cpu'\n`;
  writeFileSync(join(folder, archive ? 'build-version' : 'version.py'), text);
  return folder;
}
