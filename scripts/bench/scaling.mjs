// npm run bench:scaling [-- --batch N]: two processes of one thread against one process of two threads,
// on the same batches; 256 images a batch, as the recipes for CIFAR. They take turns within a round, so
// that a slow spell of the machine meets both.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    batch: { type: 'string', default: '256' },
    precision: { type: 'string', default: 'fp32' },
  },
});
const scratch = mkdtempSync(join(tmpdir(), 'rdm-scaling-'));
const data = join(scratch, 'data');
const rdm = (args, threads) =>
  execFileSync('node', ['bin/rdm.js', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
    maxBuffer: 1 << 26,
  });

const together = ['--multiprocessing-distributed', '--nproc-per-node', '2'];
const pretrain = (processes) => [
  'pretrain',
  ...processes,
  ...['-a', 'resnet18', '--crop-size', '64', '-b', values.batch, '--precision', values.precision],
  ...['--pred-type', 'poly', '--sigma', '1', '--seed', '0', '--epochs', '2', '-p', '5', '-j', '2'],
  ...['--json', '--overwrite', '--output', join(scratch, 'run'), data],
];
const ways = {
  '1 process, 2 threads': () => rdm(pretrain([]), 2),
  '2 processes, 1 thread': () => rdm(pretrain(together), 1),
};

const stepsPerEpoch = 6;

/** Of the second epoch: the first one warms up. */
function measure(output) {
  const events = output.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const { imagesPerSecond, loss } = events.findLast(({ type }) => type === 'epoch');
  return { imagesPerSecond, loss };
}

const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const round = (number) => Math.round(number * 100) / 100;

try {
  const perClass = Math.ceil((stepsPerEpoch * Number(values.batch)) / 10); // ten classes
  rdm(['data', 'synthesize', data, '--size', '64', '--train-per-class', String(perClass)], 2);
  const runs = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let i = 0; i < Number(values.rounds); i++) {
    for (const [name, run] of Object.entries(ways)) runs[name].push(measure(run()));
  }
  console.log(`resnet18, 64 px, batch ${values.batch}, ${values.precision}, poly online 1`);
  for (const [name, list] of Object.entries(runs)) {
    const speed = median(list.map((run) => run.imagesPerSecond));
    console.log(`  ${name.padEnd(22)} ${speed.toFixed(1).padStart(7)} images/s  loss ${list[0].loss}`);
  }
  const [one, two] = Object.values(runs);
  const ratio = median(two.map((run, i) => run.imagesPerSecond / one[i].imagesPerSecond));
  console.log(`  two processes have ${round(ratio)} of the throughput of one`);
  console.log(JSON.stringify({ batch: Number(values.batch), precision: values.precision, ratio: round(ratio) }));
} finally {
  rmSync(scratch, { recursive: true });
}
