// A bench of photographs through a resnet50 at 224 pixels, beside a loop of torchvision in float32. The
// contestants take turns; images are counted after the first batch, so that nobody's start is timed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installPeer } from '../peers.mjs';

const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rounded = (number) => Math.round(100 * number) / 100;

/**
 * Prints a table, then a line of JSON.
 *   bench    its name, and that of the loop beside this file, NAME.py
 *   sample   where the photographs are in the folder RDM_DATA
 *   images   how many, unless --images says otherwise
 *   lay(scratch, files)   puts so many files where both contestants read them; returns where the loop does
 *   ours({scratch, weights, threads}, options)   images per second of rdm
 */
export async function besideTorchvision({ bench, sample, images, lay, ours }) {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      images: { type: 'string', default: String(images) },
      rounds: { type: 'string', default: '3' },
      threads: { type: 'string', default: '2' },
    },
  });
  const photographs = positionals[0] ?? join(process.env.RDM_DATA ?? '', sample);
  if (!existsSync(photographs)) {
    console.error(`usage: npm run bench:${bench} -- DIR [--images ${images}] [--rounds 3] [--threads 2]`);
    process.exit(2);
  }
  const reason = installPeer('torchvision');
  if (reason) {
    console.error(`torchvision cannot be had: ${reason}`);
    process.exit(1);
  }
  const threads = Number(flags.threads);
  const path = ['.libtorch', '.peers/torchvision'].map((part) => resolve(part)).join(':');
  const env = { ...process.env, OMP_NUM_THREADS: flags.threads, PYTHONPATH: path };
  const python = (...args) =>
    execFileSync('python3', [`scripts/bench/${bench}.py`, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const scratch = mkdtempSync(join(tmpdir(), 'rdm-bench-'));
  try {
    const weights = join(scratch, 'resnet50.pth');
    python('save', weights);
    const given = readdirSync(photographs, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.jpe?g$/i.test(entry.name))
      .map((entry) => resolve(entry.parentPath ?? entry.path, entry.name));
    const files = Array.from({ length: Number(flags.images) }, (_, index) => given[index % given.length]);
    const folder = lay(scratch, files);
    const rdm = (options) => () => ours({ scratch, weights, threads }, options);
    const contestants = {
      torchvision: () => JSON.parse(python('time', weights, folder, flags.threads)).imagesPerSecond,
      'rdm fp32': rdm({}),
      'rdm fp32, --decode fast': rdm({ decode: 'fast' }),
      'rdm bf16': rdm({ precision: 'bf16' }),
      'rdm bf16, --decode fast': rdm({ precision: 'bf16', decode: 'fast' }),
    };
    const runs = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
    for (let round = 0; round < Number(flags.rounds); ++round) {
      for (const [name, run] of Object.entries(contestants)) runs[name].push(await run());
    }
    const of = (figure) => Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, rounded(median(all.map(figure)))]));
    const speed = of((value) => value);
    const ratios = of((value, round) => value / runs.torchvision[round]);
    console.log('                           images/s   times torchvision');
    for (const name of Object.keys(speed)) {
      console.log(`${name.padEnd(26)}${String(speed[name]).padStart(9)}${String(ratios[name]).padStart(20)}`);
    }
    const { rounds } = flags;
    console.log(JSON.stringify({ bench, images: files.length, rounds: Number(rounds), threads, imagesPerSecond: speed, ratios }));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
