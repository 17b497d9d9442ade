// npm run bench:embed [-- DIR]: vectors of photographs by a resnet50 at 224 pixels, beside a loop of torchvision's
// transforms, DataLoader and torch.inference_mode in float32. The contestants take turns.
//   DIR        a folder of photographs; where left out, imagenet-sample-200 in the folder RDM_DATA
//   --images   how many, under several names where there are fewer (256); --rounds (3); --threads for everyone (2)
// Counts images after the first batch, so that nobody's start is timed. Prints a table and ends with a line of JSON.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { embed } from 'rdm-ssl';
import { installPeer } from '../peers.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
  },
});
const photos = positionals[0] ?? join(process.env.RDM_DATA ?? '', 'imagenet-sample-200');
if (!existsSync(photos)) {
  console.error('usage: npm run bench:embed -- DIR [--images 256] [--rounds 3] [--threads 2]');
  process.exit(2);
}
const reason = installPeer('torchvision');
if (reason) {
  console.error(`torchvision cannot be had: ${reason}`);
  process.exit(1);
}
const env = { ...process.env, OMP_NUM_THREADS: flags.threads, PYTHONPATH: ['.libtorch', '.peers/torchvision'].map((part) => resolve(part)).join(':') };
const scratch = mkdtempSync(join(tmpdir(), 'rdm-bench-'));
const weights = join(scratch, 'resnet50.pth');

/** Images per second. */
const contestants = {
  torchvision: () => JSON.parse(python('time', weights, scratch, flags.threads)).imagesPerSecond,
  'rdm fp32': () => ours({}),
  'rdm fp32, --decode fast': () => ours({ decode: 'fast' }),
  'rdm bf16': () => ours({ precision: 'bf16' }),
  'rdm bf16, --decode fast': () => ours({ precision: 'bf16', decode: 'fast' }),
};

function python(...args) {
  return execFileSync('python3', ['scripts/bench/embed.py', ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

async function ours(options) {
  const marks = [];
  await embed(
    {
      ...{ data: join(scratch, 'photos.txt'), pretrained: weights, output: join(scratch, 'features.npy') },
      ...{ overwrite: true, device: 'cpu', workers: Number(flags.threads), ...options },
    },
    { onEvent: (event) => event.type === 'progress' && marks.push({ done: event.done, at: performance.now() }) },
  );
  const [first, last] = [marks[0], marks.at(-1)];
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  const files = readdirSync(photos, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.jpe?g$/i.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const names = Array.from({ length: Number(flags.images) }, (_, index) => {
    const name = join(scratch, `${String(index).padStart(6, '0')}.jpg`);
    symlinkSync(resolve(files[index % files.length]), name);
    return name;
  });
  writeFileSync(join(scratch, 'photos.txt'), names.join('\n'));
  python('save', weights);
  const runs = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < Number(flags.rounds); ++round) {
    for (const [name, run] of Object.entries(contestants)) runs[name].push(await run());
  }
  const speed = Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, Math.round(100 * median(all)) / 100]));
  const ratios = Object.fromEntries(
    Object.entries(runs).map(([name, all]) => [
      name,
      Math.round(100 * median(all.map((value, round) => value / runs.torchvision[round]))) / 100,
    ]),
  );
  console.log('                           images/s   times torchvision');
  for (const name of Object.keys(speed)) {
    console.log(`${name.padEnd(26)}${String(speed[name]).padStart(9)}${String(ratios[name]).padStart(20)}`);
  }
  console.log(JSON.stringify({ bench: 'embed', images: Number(flags.images), rounds: Number(flags.rounds), threads: Number(flags.threads), imagesPerSecond: speed, ratios }));
} finally {
  rmSync(scratch, { recursive: true });
}
