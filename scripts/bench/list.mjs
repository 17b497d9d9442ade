// npm run bench:list: how long a list of a million images takes to open, and how much memory. The images are a
// thousand names, each of a thousand links to one folder: what a list costs is its paths.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const side = 1000;

/** In a process of its own, whose peak of memory is then that of the list. */
const opening = `
  const { dataInfo } = await import(${JSON.stringify(library)});
  await dataInfo(process.argv[1]).catch(() => {}); // loads the addon
  const before = process.resourceUsage().maxRSS;
  const begin = performance.now();
  const { splits } = await dataInfo(process.argv[2]);
  const seconds = (performance.now() - begin) / 1000;
  const { maxRSS } = process.resourceUsage();
  console.log(JSON.stringify({ images: splits.train.images, seconds, before, maxRSS }));
`;

const folder = mkdtempSync(join(tmpdir(), 'rdm-bench-list-'));
try {
  const pixel = Buffer.from('P6\n1 1\n255\n\0\0\0', 'latin1');
  const numbers = Array.from({ length: side }, (_, index) => String(index).padStart(4, '0'));
  mkdirSync(join(folder, 'images'));
  for (const number of numbers) {
    writeFileSync(join(folder, 'images', `photograph-${number}.ppm`), pixel);
    symlinkSync('images', join(folder, `album-${number}`));
  }
  const files = numbers.map((number) => `photograph-${number}.ppm`);
  const rows = (end) =>
    numbers.map((number) => files.map((file) => `album-${number}/${file}${end(number)}\n`).join(''));
  writeFileSync(join(folder, 'list.txt'), rows(() => '').join(''));
  writeFileSync(join(folder, 'table.csv'), rows((number) => `,class-${number}`).join(''));
  const figures = {};
  for (const name of ['list.txt', 'table.csv']) {
    const args = ['--input-type=module', '-e', opening, join(folder, 'none.txt'), join(folder, name)];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (!stdout) throw new Error(stderr);
    const { images, seconds, before, maxRSS } = JSON.parse(stdout);
    const megabytes = (kibibytes) => `${Math.round((kibibytes * 1024) / 1e6)} MB`;
    console.log(
      `${name}: ${images} images in ${seconds.toFixed(2)} s, ${megabytes(maxRSS)} at most, ` +
        `of which ${megabytes(before)} before`,
    );
    figures[name] = { images, seconds, megabytesBefore: (before * 1024) / 1e6, megabytes: (maxRSS * 1024) / 1e6 };
  }
  console.log(JSON.stringify({ bench: 'list', ...figures }));
} finally {
  rmSync(folder, { recursive: true });
}
