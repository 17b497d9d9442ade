// The shared libraries that an addon needs and no system is sure to have, copied beside it.
import { copyFileSync, existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fail, output } from './support.mjs';

/** Permissive licences all. */
const bundledLibraries =
  /^lib(jpeg|png16|z|webp|sharpyuv|tiff|zstd|lzma|deflate|Lerc)\b.*\.(so|dylib)/;
/** LibTorch's come with it, these with every system that has glibc. */
const ofOthers =
  /^(lib(torch|torch_cpu|torch_cuda|c10|c10_cuda)\.(so|dylib)|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so|ld-linux|linux-vdso)/;

/** Copies what `addon` needs, and what that needs, into `folder`. */
export function bundle(addon, folder) {
  return process.platform === 'darwin' ? bundleMac(addon, folder) : bundleLinux(addon, folder);
}

function bundleLinux(addon, folder) {
  const names = new Map();
  const visit = (path) => {
    const needed = [...output('readelf', ['-d', path]).matchAll(/\(NEEDED\).*\[(.*)\]/g)];
    const places = new Map(
      [...output('ldd', [path]).matchAll(/^\s*(\S+) => (\/\S+)/gm)].map(([, name, at]) => [name, at]),
    );
    for (const [, name] of needed) {
      if (ofOthers.test(name) || names.has(name)) continue;
      const place = places.get(name);
      if (!place) fail(`${path} needs ${name}, which is not here`);
      if (!bundledLibraries.test(name)) fail(`${path} needs ${name}, which no package may take along`);
      names.set(name, place);
      visit(place);
    }
  };
  visit(addon);
  return [...names].map(([name, place]) => {
    const copy = join(folder, name);
    copyFileSync(realpathSync(place), copy);
    return { copy, license: licenseOf(place) };
  });
}

/** Homebrew's; their names inside are made relative to the addon. */
function bundleMac(addon, folder) {
  const copies = new Map();
  const visit = (path) => {
    for (const [, place] of output('otool', ['-L', path]).matchAll(/^\s+(\/\S+) \(/gm)) {
      const name = basename(place);
      if (!bundledLibraries.test(name)) continue;
      if (!copies.has(place)) {
        const copy = join(folder, name);
        copies.set(place, { copy, license: licenseOf(place) });
        copyFileSync(realpathSync(place), copy);
        output('install_name_tool', ['-id', `@rpath/${name}`, copy]);
        visit(copy);
      }
      output('install_name_tool', ['-change', place, `@rpath/${name}`, path]);
    }
    output('codesign', ['--force', '--sign', '-', path]);
  };
  visit(addon);
  return [...copies.values()];
}

/** The text that goes along with a library, from where Debian, Fedora or Homebrew keep it. */
function licenseOf(place) {
  const file = realpathSync(place);
  const folders = existsSync('/usr/bin/dpkg')
    ? [`/usr/share/doc/${output('dpkg', ['-S', basename(file)]).split(':')[0]}`]
    : process.platform === 'darwin'
      ? [join(file, '../..')]
      : [`/usr/share/licenses/${output('rpm', ['-qf', '--queryformat', '%{NAME}', file])}`];
  const texts = folders.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder).flatMap((name) => (/^(copyright|licen[cs]e|copying)/i.test(name) ? [join(folder, name)] : []))
      : [],
  );
  return texts[0] ?? fail(`${place} goes along with no licence: none in ${folders}`);
}

/** The oldest glibc that has every function which these call; null elsewhere than on Linux. */
export function glibcOf(paths) {
  if (process.platform !== 'linux') return null;
  const versions = paths.flatMap((path) =>
    [...output('objdump', ['-T', path]).matchAll(/\bGLIBC_(\d+\.\d+)/g)].map(([, version]) => version),
  );
  return versions.sort((a, b) => a.split('.')[1] - b.split('.')[1]).at(-1);
}
