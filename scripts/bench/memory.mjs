#!/usr/bin/env node
// What runs take of memory beside what was estimated before they began: npm run bench:memory [-- --quick]
//   --quick  only the runs of a few seconds
// A run is two steps of `rdm pretrain` or one of `rdm lincls` on a CPU, in a process of its own; its height is the
// system's (maximum resident set size). Prints a table and ends with one line of JSON.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const folder = mkdtempSync(join(tmpdir(), 'rdm-memory-'));
const probe = encodeURIComponent(
  'process.on("exit", () => console.error("HEIGHT", process.resourceUsage().maxRSS))',
);

function rdm(args, env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/rdm.js'), ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`rdm ${args.join(' ')}: ${stderr}`);
  return { stdout, stderr };
}

const data = join(folder, 'data');
rdm(['data', 'synthesize', data, '--train-per-class', '52', '--val-per-class', '26', '--size', '64']);

// command, arch, pixels, images in a step, precision, other flags
const quick = [
  ['pretrain', 'resnet18', 32, 64, 'fp32'],
  ['pretrain', 'resnet18', 32, 256, 'fp32'],
  ['pretrain', 'resnet18', 32, 256, 'bf16'],
  ['pretrain', 'resnet18', 32, 256, 'fp32', '--stem', 'cifar'],
  ['pretrain', 'resnet18', 32, 256, 'fp32', '--method', 'byol', '--stem', 'cifar'],
  ['pretrain', 'resnet18', 32, 256, 'fp32', '--method', 'dino', '--stem', 'cifar', '--crops', '2x32,6x18'],
  ['pretrain', 'resnet50', 32, 256, 'fp32'],
  ['pretrain', 'resnet18', 224, 16, 'fp32'],
  ['lincls', 'resnet18', 224, 64, 'fp32'],
  ['lincls', 'resnet18', 224, 256, 'fp32'],
];
const slow = [
  ['pretrain', 'resnet18', 224, 64, 'fp32'],
  ['pretrain', 'resnet18', 224, 64, 'bf16'],
  ['pretrain', 'resnet50', 224, 8, 'fp32'],
  ['pretrain', 'resnet50', 224, 24, 'fp32'],
  ['pretrain', 'resnet50', 224, 24, 'bf16'],
  ['pretrain', 'resnet50', 224, 16, 'fp32', '--method', 'byol'],
  ['lincls', 'resnet50', 224, 128, 'fp32'],
];

const rows = [];
for (const [command, arch, pixels, batch, precision, ...more] of flags.quick ? quick : [...quick, ...slow]) {
  const images = ['--images-per-class', String(Math.ceil((2 * batch) / 10))];
  const network = ['-a', arch, '--crop-size', String(pixels), '-b', String(batch), '--precision', precision];
  const where = ['--device', 'cpu', '-j', '2', '--epochs', '1', '--output', join(folder, `run-${rows.length}`)];
  const { stdout, stderr } = rdm([command, ...network, ...more, ...images, ...where, '--json', data], {
    NODE_OPTIONS: `--import data:text/javascript,${probe}`,
  });
  const { memory } = stdout
    .split('\n')
    .map((line) => line && JSON.parse(line))
    .find(({ type }) => type === 'start');
  const took = 1024 * Number(/HEIGHT (\d+)/.exec(stderr)?.[1]);
  rows.push({ command, arch, pixels, batch, precision, flags: more.join(' '), estimated: memory, measured: took });
  const gigabytes = (bytes) => (bytes / 1e9).toFixed(2).padStart(6);
  if (rows.length === 1) {
    console.log('command   network    pixels  batch  precision  estimated  measured  ratio  flags');
  }
  console.log(
    [
      command.padEnd(9),
      arch.padEnd(10),
      String(pixels).padStart(6),
      String(batch).padStart(6),
      precision.padEnd(10),
      `${gigabytes(memory)} GB`,
      `${gigabytes(took)} GB`,
      (memory / took).toFixed(2).padStart(5),
      more.join(' '),
    ].join(' '),
  );
}
console.log(JSON.stringify(rows));
rmSync(folder, { recursive: true });
