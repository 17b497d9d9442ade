// Finds a LibTorch that a prebuilt addon runs with. LibTorch's C++ interface is that of a minor version.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RdmError } from '../base/errors.js';
import { type Built, compareVersions } from './prebuilt.js';

export interface Libtorch {
  /** The folder that holds lib/. */
  path: string;
  /** 2.13.0, without what follows a plus sign. */
  version: string;
  cuda: boolean;
  /** Of GCC's two layouts of std::string, the one before 2015. */
  oldAbi: boolean;
}

const suffix = process.platform === 'darwin' ? 'dylib' : 'so';

/** Where `rdm setup` puts what it fetches. */
export function cacheFolder(): string {
  const { RDM_CACHE, XDG_CACHE_HOME } = process.env;
  return RDM_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'rdm');
}

/** The folder in the cache for the LibTorch of that version. */
export const cached = ({ libtorch }: Built, cuda: boolean): string =>
  join(cacheFolder(), `libtorch-${libtorch}${cuda ? '-cuda' : ''}`);

/** The library that depends on all others of LibTorch. */
export const libraryOf = (path: string): string => join(path, 'lib', `libtorch.${suffix}`);

/** What lies in this folder, or in its folder `torch`; undefined where that is no LibTorch. */
export function libtorchAt(folder: string): Libtorch | undefined {
  const path = [folder, join(folder, 'torch')].find((place) => existsSync(libraryOf(place)));
  const version = path && versionOf(path);
  if (!version) return undefined;
  const core = readFileSync(join(path, 'lib', `libc10.${suffix}`));
  return {
    path,
    version,
    cuda: existsSync(join(path, 'lib', `libtorch_cuda.${suffix}`)),
    oldAbi: core.includes('torchCheckFailEPKcS2_jRKSs'), // its last argument is a string
  };
}

/** A wheel tells it in Python, an archive in a file of its own. */
function versionOf(path: string): string | undefined {
  for (const file of ['version.py', 'build-version']) {
    const place = join(path, file);
    if (!existsSync(place)) continue;
    const [, version] = /(\d+\.\d+\.\d+)/.exec(readFileSync(place, 'utf8')) ?? [];
    if (version) return version;
  }
  return undefined;
}

/** Why the addon does not run with it; undefined where it does. */
export function misfit({ libtorch, cuda }: Built, found: Libtorch): string | undefined {
  const line = minor(libtorch);
  const order = compareVersions(minor(found.version), line);
  if (order !== 0) {
    return `it is ${found.version}, too ${order < 0 ? 'old' : 'new'}: this rdm runs with ${line}`;
  }
  if (found.oldAbi) return "it has GCC's C++ ABI of before 2015 (_GLIBCXX_USE_CXX11_ABI=0)";
  if (cuda && !found.cuda) return `it is a CPU build, and this rdm was built for CUDA ${cuda}`;
  return undefined;
}

const minor = (version: string): string => version.split('.').slice(0, 2).join('.');

/**
 * A pair of one of the addons and a LibTorch, looked for in LIBTORCH, which is final, the cache, and an importable
 * Python torch. Throws `no_addon` with what was found instead.
 */
export function match<Addon extends Built>(addons: Addon[]): { addon: Addon; torch: Libtorch } {
  const named = process.env.LIBTORCH;
  if (named) return matchNamed(addons, named);
  const rejected: string[] = [];
  for (const torch of candidates(addons)) {
    const reasons = addons.map((addon) => ({ addon, reason: misfit(addon, torch) }));
    const fits = reasons.find(({ reason }) => !reason);
    if (fits) return { addon: fits.addon, torch };
    rejected.push(`${torch.path}: ${reasons[0]?.reason}`);
  }
  const passed = rejected.length > 0 ? `; passed over ${rejected.join('; ')}` : '';
  throw new RdmError('no_addon', `no LibTorch was found that this rdm runs with${passed}`, fetches);
}

const fetches =
  '`npx rdm setup` fetches the one it was built with (with CUDA: --cuda); or set LIBTORCH=/path/to/torch';

function matchNamed<Addon extends Built>(addons: Addon[], named: string) {
  const torch = libtorchAt(named);
  if (!torch) {
    throw new RdmError(
      'no_addon',
      `LIBTORCH=${named} holds no LibTorch: no ${libraryOf(named)} with its version`,
      'name the folder that holds its lib/ (of Python: the folder torch), or unset it',
    );
  }
  const reasons = addons.map((addon) => misfit(addon, torch));
  const addon = addons[reasons.indexOf(undefined)];
  if (addon) return { addon, torch };
  throw new RdmError(
    'no_addon',
    `the LibTorch of LIBTORCH=${named} does not fit: ${reasons[0]}`,
    'unset LIBTORCH and run `npx rdm setup`; or build against it: `npx rdm setup --build`',
  );
}

/** What was fetched with CUDA was asked for, so it comes before a Python's, which may have none. */
function* candidates(addons: Built[]): Generator<Libtorch> {
  const withCuda = (cuda: boolean) => addons.map((addon) => () => cached(addon, cuda));
  for (const folder of [...withCuda(true), pythonTorch, ...withCuda(false)]) {
    const found = libtorchAt(folder() ?? '');
    if (found) yield found;
  }
}

const finds = "import importlib.util as u; print(*u.find_spec('torch').submodule_search_locations)";

function pythonTorch(): string | undefined {
  const { status, stdout } = spawnSync('python3', ['-c', finds], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
