// npm run bench:probe: rdm probe's search and fit from features in memory, and beside scikit-learn.
//   npm run bench:probe -- [--small] [FEATURES.npy]
// FEATURES.npy: vectors that `rdm embed` wrote, whose .paths.csv has labels; drawn ones where it is left out.
// scikit-learn fits once, at the strength that rdm has chosen; rdm's seconds are those of its whole search.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPeer } from '../peers.mjs';

const given = process.argv.slice(2).filter((argument) => argument !== '--small');
const small = process.argv.includes('--small');
const sizes = small
  ? [[5000, 128, 10]]
  : [
      [50_000, 512, 10],
      [100_000, 2048, 100],
    ];

execFileSync('cmake', ['--build', 'build', '--target', 'rdm_bench'], { stdio: 'ignore' });
function rdm(...args) {
  const command = 'build/test/native/rdm_bench';
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  const [seconds, mebibytes, strength] = execFileSync(command, ['probe', ...args.map(String)], options).split(' ').map(Number);
  return { seconds, mebibytes, strength };
}

const python = (...args) =>
  execFileSync('python3', ['scripts/bench/probe.py', ...args.map(String)], {
    env: { ...process.env, PYTHONPATH: '.peers/sklearn' },
    encoding: 'utf8',
  });

/** A matrix of float32 and labels as plain bytes; its size. */
function unpack(path, folder) {
  const file = readFileSync(path);
  const begin = 10 + file.readUInt16LE(8);
  const [, rows, dim] = file.toString('latin1', 10, begin).match(/\((\d+), (\d+)\)/)?.map(Number) ?? [];
  writeFileSync(join(folder, 'features.bin'), file.subarray(begin));
  const lines = readFileSync(path.replace(/\.npy$/, '.paths.csv'), 'utf8').trim().split('\n').slice(1);
  const names = lines.map((line) => line.split(',').at(-1));
  const classes = [...new Set(names)].sort();
  const labels = BigInt64Array.from(names, (name) => BigInt(classes.indexOf(name)));
  writeFileSync(join(folder, 'labels.bin'), new Uint8Array(labels.buffer));
  return [rows, dim, classes.length];
}

const folder = mkdtempSync(join(tmpdir(), 'rdm-bench-'));
try {
  console.log('a whole search and fit, from features in memory');
  const searches = sizes.map((size) => ({ size, ...rdm(...size) }));
  for (const { size, seconds, mebibytes } of searches) {
    console.log(`  ${size.join(' × ').padEnd(20)} ${seconds.toFixed(1).padStart(6)} s  ${String(mebibytes).padStart(6)} MiB`);
  }
  const missing = installPeer('sklearn');
  let beside = null;
  if (missing) console.log(`scikit-learn cannot be had: ${missing}`);
  else {
    const [path] = given;
    const drawn = small ? [2000, 64, 10] : [20_000, 512, 10];
    if (!path) python('draw', folder, ...drawn);
    const size = path ? unpack(path, folder) : drawn;
    const ours = rdm(...size, folder);
    const theirs = JSON.parse(python('fit', folder, ...size, ours.strength));
    beside = { features: path ?? 'drawn', size, rdm: ours, sklearn: theirs };
    console.log(`beside scikit-learn, ${path ?? 'drawn'}: ${size.join(' × ')}, C ${ours.strength}`);
    console.log(`  rdm           ${ours.seconds.toFixed(2).padStart(8)} s  (with the search for C)`);
    console.log(`  scikit-learn  ${theirs.seconds.toFixed(2).padStart(8)} s  (one fit)`);
    console.log(`  coefficients are ${theirs.away.toExponential(1)} apart, ${(100 * theirs.agree).toFixed(2)} % of the guesses equal`);
  }
  console.log(JSON.stringify({ bench: 'probe', searches, beside }));
} finally {
  rmSync(folder, { recursive: true });
}
