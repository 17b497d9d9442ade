#!/usr/bin/env node
// The data path beside its Python peers, in one run: npm run bench:data [-- DIR] [--cifar DIR]
//   DIR        image folders (DIR/train/CLASS/*), photographs of a few hundred pixels;
//              where left out, imagenet-sample-200 in the folder RDM_DATA
//   --cifar    the same for images of 32 pixels; where left out, cifar10 in the folder RDM_DATA
//   --seconds  for each measurement (4); --rounds of all of them, the median counts (3)
//   --threads  for everyone (2)
// Prints a table and ends with one line of JSON. torchvision, Pillow and DALI are installed into .peers;
// one that cannot be is skipped by name.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installPeer } from '../peers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cifar: { type: 'string' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
  },
});
const sample = (name) => {
  const folder = process.env.RDM_DATA && join(process.env.RDM_DATA, name);
  return folder && existsSync(folder) ? folder : undefined;
};
const images = positionals[0] ?? sample('imagenet-sample-200');
flags.cifar ??= sample('cifar10');
if (!images || !existsSync(join(images, 'train'))) {
  console.error('usage: npm run bench:data -- DIR [--cifar DIR] [--seconds 4] [--rounds 3] [--threads 2]');
  console.error('DIR holds train/CLASS/*.jpg');
  process.exit(2);
}

function buildBench() {
  const build = ['build', 'build-native'].find((name) => existsSync(join(root, name, 'CMakeCache.txt')));
  if (!build) execFileSync('cmake', ['-S', '.', '-B', 'build-native'], { cwd: root, stdio: 'ignore' });
  const folder = build ?? 'build-native';
  execFileSync('cmake', ['--build', folder, '--target', 'rdm_bench_data'], { cwd: root, stdio: 'ignore' });
  const places = [join(folder, 'test/native'), join(folder, 'Release'), folder];
  const place = places.find((name) => existsSync(join(root, name, 'rdm_bench_data')));
  return join(root, place, 'rdm_bench_data');
}

const pythonPaths = {
  torchvision: ['.libtorch', '.peers/torchvision'],
  dali: ['.peers/dali'],
};
const peers = Object.keys(pythonPaths);

const pythonEnv = (name) => ({
  ...process.env,
  PYTHONPATH: pythonPaths[name].map((part) => join(root, part)).join(':'),
});

// Why the peer cannot run; undefined where it can.
function missing(name) {
  const reason = installPeer(name);
  if (reason || name !== 'torchvision') return reason;
  const probe = spawnSync('python3', ['-c', 'import torch'], { env: pythonEnv(name) });
  return probe.status === 0 ? undefined : 'Python cannot import torch';
}

// Reads every file once, so that nobody is timed while waiting for the disk.
function warm(folder) {
  for (const entry of readdirSync(join(folder, 'train'), { recursive: true, withFileTypes: true })) {
    if (!entry.isDirectory()) readFileSync(join(entry.parentPath ?? entry.path, entry.name));
  }
}

function lastJson(text) {
  return JSON.parse(text.trim().split('\n').at(-1));
}

function run(contestant, augmentation, folder) {
  const { seconds, threads } = flags;
  if (contestant === 'exact' || contestant === 'fast') {
    return lastJson(
      execFileSync(bench, ['loader', folder, augmentation, threads, seconds, contestant], { encoding: 'utf8' }),
    ).imagesPerSecond;
  }
  const script = join(root, 'scripts/bench/data.py');
  const args = [script, contestant, augmentation, folder, '--threads', threads, '--seconds', seconds];
  const result = spawnSync('python3', args, { env: pythonEnv(contestant), encoding: 'utf8', timeout: 600_000 });
  if (result.status !== 0) {
    skipped[contestant] = result.stderr.trim().split('\n').at(-1);
    return undefined;
  }
  return lastJson(result.stdout).imagesPerSecond;
}

function median(numbers) {
  const sorted = numbers.filter((x) => x !== undefined).sort((a, b) => a - b);
  return sorted.length ? sorted[Math.floor(sorted.length / 2)] : undefined;
}

// The bytes of the images alone, from files and from the shard that they are packed into.
async function readings() {
  const { packDataset } = await import('../../dist/index.js');
  const folder = mkdtempSync(join(tmpdir(), 'rdm-bench-shards-'));
  try {
    const { places } = await packDataset({ data: images, output: join(folder, 'shards') });
    const [{ images: count, place }] = places;
    const read = (from) =>
      lastJson(execFileSync(bench, ['read', from, flags.seconds], { encoding: 'utf8' })).imagesPerSecond;
    const rounds = Array.from({ length: Number(flags.rounds) }, () => [read(images), read(place)]);
    const [files, shards] = [0, 1].map((of) => median(rounds.map((round) => round[of])));
    return { images: count, files, shards, ratio: ratio(shards, files) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const skipped = {};
const bench = buildBench();
for (const name of peers) {
  const reason = missing(name);
  if (reason) skipped[name] = reason;
}

const augmentations = { simsiam: images, lincls: images, val: images };
if (flags.cifar) augmentations.cifar = flags.cifar;
const contestants = ['exact', 'fast', ...peers];
const results = {};
const ratio = (a, b) => (a && b ? Math.round((100 * a) / b) / 100 : undefined);

console.log('images/s      exact    fast  torchvision    dali  | exact/torchvision exact/dali fast/exact');
for (const [augmentation, folder] of Object.entries(augmentations)) {
  warm(folder);
  const samples = Object.fromEntries(contestants.map((name) => [name, []]));
  for (let round = 0; round < Number(flags.rounds); ++round) {
    for (const name of contestants) {
      if (!skipped[name]) samples[name].push(run(name, augmentation, folder));
    }
  }
  const speed = Object.fromEntries(contestants.map((name) => [name, median(samples[name])]));
  const ratios = {
    torchvision: ratio(speed.exact, speed.torchvision),
    dali: ratio(speed.exact, speed.dali),
    fast: ratio(speed.fast, speed.exact),
  };
  results[augmentation] = { imagesPerSecond: speed, ratios };
  const cell = (value, width) => String(value ?? '-').padStart(width);
  console.log(
    `${augmentation.padEnd(10)}${cell(speed.exact, 9)}${cell(speed.fast, 8)}${cell(speed.torchvision, 13)}` +
      `${cell(speed.dali, 8)}  |${cell(ratios.torchvision, 18)}${cell(ratios.dali, 11)}${cell(ratios.fast, 11)}`,
  );
}
const reading = await readings();
console.log(
  `reading ${reading.images} images, images/s: ${reading.files} from files, ${reading.shards} from a shard, ` +
    `${reading.ratio} times`,
);
const difference = lastJson(execFileSync(bench, ['difference', images, 'simsiam'], { encoding: 'utf8' }));
const memory = lastJson(execFileSync(bench, ['memory', images, '50'], { encoding: 'utf8' }));
console.log(`fast differs from exact by ${difference.meanDifference} grey levels on average`);
console.log(`resident memory after every tenth of 50 epochs, MB: ${memory.memoryMegabytes.join(' ')}`);
for (const [name, reason] of Object.entries(skipped)) console.log(`${name} was skipped: ${reason}`);
console.log(
  JSON.stringify({
    threads: Number(flags.threads),
    results,
    reading,
    meanDifference: difference.meanDifference,
    memoryMegabytes: memory.memoryMegabytes,
    skipped,
  }),
);
