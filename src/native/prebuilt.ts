// The addon that comes ready-made, in an optional package for this platform and a line of LibTorch.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { RdmError } from '../base/errors.js';

/** What a package of the platform was built for; its package.json has it under `rdm`. */
export interface Built {
  /** The whole version that it was linked with; it runs with those of the same minor version. */
  libtorch: string;
  /** The CUDA of that LibTorch, 13.0; null of a CPU build, which runs with either. */
  cuda: string | null;
  /** The oldest C library of Linux that has what it calls; null elsewhere. */
  glibc: string | null;
  /** Of PyTorch's archive of that LibTorch, where it is known. */
  sha256: string | null;
}

export interface Prebuilt extends Built {
  /** The package's name. */
  name: string;
  addon: string;
  /** A little addon that opens libraries, to have LibTorch's there before the addon. */
  opener: string;
}

const require = createRequire(import.meta.url);

/** Those that npm installed here, CUDA's first. */
export function prebuilts(): Prebuilt[] {
  const { optionalDependencies = {} } = require('../../package.json') as {
    optionalDependencies?: Record<string, string>;
  };
  const mine = `@rdm-ssl/${process.platform}-${process.arch}-`;
  return Object.keys(optionalDependencies)
    .filter((name) => name.startsWith(mine))
    .flatMap(installed)
    .sort((a, b) => Number(b.cuda !== null) - Number(a.cuda !== null));
}

function installed(name: string): Prebuilt[] {
  let manifest: string;
  try {
    manifest = require.resolve(`${name}/package.json`);
  } catch {
    return []; // npm leaves out what is of another platform
  }
  const folder = dirname(manifest);
  const { rdm } = JSON.parse(readFileSync(manifest, 'utf8')) as { rdm: Built };
  const found = { name, addon: join(folder, 'rdm.node'), opener: join(folder, 'open.node') };
  return existsSync(found.addon) ? [{ ...rdm, ...found }] : [];
}

/** Throws where this system's C library is another, or older than what the addon calls. */
export function checkLibrary({ glibc }: Built, here: string | undefined = glibcHere()): void {
  if (glibc === null || process.platform !== 'linux') return;
  const fromSource = 'build it from source: `npx rdm setup --build`';
  if (!here) {
    const hint = `take an image with glibc ${glibc} or later (Debian, Ubuntu, Fedora), or ${fromSource}`;
    throw new RdmError(
      'no_addon',
      'the prebuilt addon needs glibc, and this system has musl (Alpine)',
      hint,
    );
  }
  if (compareVersions(here, glibc) >= 0) return;
  throw new RdmError(
    'no_addon',
    `the prebuilt addon needs glibc ${glibc} or later, and this system has ${here}`,
    `take a newer system, or ${fromSource}`,
  );
}

/** Of the running process; undefined with another C library. */
function glibcHere(): string | undefined {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  report.excludeNetwork = true; // names of hosts take seconds to find
  const { header } = report.getReport() as unknown as {
    header: { glibcVersionRuntime?: string };
  };
  return header.glibcVersionRuntime;
}

/** Below, at or above zero, as the first is older, the same or newer. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10));
  const [left, right] = [parts(a), parts(b)];
  const at = left.findIndex((part, index) => part !== (right[index] ?? 0));
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
