// npm run bench:epoch [-- DIR]: an epoch of CIFAR-10 end to end, from the files to the last update, beside
// the same in Python: ResNet-18 with ImageNet's stem, 32 pixels, batches of 256, the views of the recipe
// cifar/rdmsimsiam, `poly target -1`.
//   DIR                  image folders (DIR/train/CLASS/*); where left out, cifar10 in the folder RDM_DATA
//   --images-per-class   of each class only the first so many
//   --rounds             of all ways in turn, so that a slow spell of the machine meets all; medians count (1)
// rdm's time has the start of its program in it, Python's not that of its imports.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { installPeer } from '../peers.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '1' },
    'images-per-class': { type: 'string' },
  },
});
const data = positionals[0] ?? join(process.env.RDM_DATA ?? '', 'cifar10');
if (!existsSync(join(data, 'train'))) {
  console.error('usage: npm run bench:epoch -- DIR [--images-per-class N] [--rounds 1]');
  process.exit(2);
}
const reason = installPeer('torchvision');
if (reason) {
  console.error(`torchvision: ${reason}`);
  process.exit(1);
}
const few = values['images-per-class'] ? ['--images-per-class', values['images-per-class']] : [];
const scratch = mkdtempSync(join(tmpdir(), 'rdm-epoch-'));
let steps = 0;

function python(way) {
  const out = execFileSync('python3', ['scripts/bench/epoch.py', data, way, ...few], {
    env: { ...process.env, PYTHONPATH: '.libtorch:.peers/torchvision' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const result = JSON.parse(out);
  steps = result.steps;
  return result.seconds;
}

/** Seconds until the event that ends the epoch, which the program tells after its last update. */
async function rdm(precision) {
  const begin = performance.now();
  const run = spawn(
    process.execPath,
    [
      ...['bin/rdm.js', 'pretrain', data, '--recipe', 'cifar/rdmsimsiam', '--stem', 'imagenet'],
      ...['--epochs', '1', '--warmup-epochs', '0', '--no-online-classifier', '--seed', '0', '-j', '2'],
      ...['--precision', precision, ...few, '--json', '--overwrite', '--output', join(scratch, 'run')],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let seconds;
  for await (const line of createInterface({ input: run.stdout })) {
    if (JSON.parse(line).type === 'epoch') seconds = (performance.now() - begin) / 1000;
  }
  if (!seconds) throw new Error('the run came to no end');
  return seconds;
}

const ways = {
  'Python fp32 (reference)': () => python('reference'),
  'rdm fp32': () => rdm('fp32'),
  'Python bf16 (its best)': () => python('best'),
  'rdm bf16': () => rdm('bf16'),
};
const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const round = (number) => Math.round(number * 100) / 100;

try {
  const seconds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let i = 0; i < Number(values.rounds); i++) {
    for (const [name, time] of Object.entries(ways)) seconds[name].push(await time());
  }
  const ratio = (slow, fast) => round(median(seconds[slow].map((s, i) => s / seconds[fast][i])));
  for (const [name, list] of Object.entries(seconds)) {
    const s = median(list);
    console.log(`  ${name.padEnd(24)} ${s.toFixed(1)} s  ${((256 * steps) / s).toFixed(0)} images/s`);
  }
  const ratios = {
    fp32: ratio('Python fp32 (reference)', 'rdm fp32'),
    bf16AgainstReference: ratio('Python fp32 (reference)', 'rdm bf16'),
    bf16AgainstBest: ratio('Python bf16 (its best)', 'rdm bf16'),
  };
  console.log(`  times faster: fp32 ${ratios.fp32}, bf16 against the reference ` +
    `${ratios.bf16AgainstReference}, bf16 against Python's best ${ratios.bf16AgainstBest}`);
  const medians = Object.fromEntries(Object.entries(seconds).map(([name, list]) => [name, round(median(list))]));
  console.log(JSON.stringify({ bench: 'epoch', rounds: Number(values.rounds), steps, seconds: medians, ratios }));
} finally {
  rmSync(scratch, { recursive: true });
}
