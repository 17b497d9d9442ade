// What the scripts of prebuilt packages share.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export const mainPackage = () => JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** Its standard output; what it says else is shown. */
export function output(command, args, options = {}) {
  return execFileSync(command, args, {
    ...{ encoding: 'utf8', maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'inherit'], cwd: root },
    ...options,
  });
}

export function fail(...lines) {
  console.error(lines.join('\n'));
  process.exit(1);
}

/** Makes the tarball of a folder in `out`; returns its path. */
export function pack(folder, out) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', out];
  const [{ filename, size }] = JSON.parse(output('npm', args, { cwd: folder }));
  console.log(`${filename}: ${(size / 1e6).toFixed(1)} MB`);
  return `${out}/${filename}`;
}
