// npm run bench:step: a training step of rdm beside the same step in Python, on the same LibTorch.
// The four ways take turns within a round, so that a slow spell of the machine meets all of them.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' } },
});
const rounds = Number(values.rounds);
const warmup = '3';
const cases = [
  { arch: 'resnet50', size: 224, batch: 8, steps: '5' },
  { arch: 'resnet18', size: 32, batch: 128, steps: '20' },
];

const pythonPath = existsSync('.libtorch/torch') ? '.libtorch' : process.env.PYTHONPATH;
const python = (way, { arch, size, batch, steps }) => {
  const out = execFileSync(
    'python3',
    ['scripts/bench/step.py', '--cases', `${arch}:${size}:${batch}`, '--ways', way]
      .concat(['--warmup', warmup, '--steps', steps]),
    { env: { ...process.env, PYTHONPATH: pythonPath ?? '' }, encoding: 'utf8' },
  );
  return JSON.parse(out).results[0].secondsPerStep;
};
const ranks = []; // of the case at hand: seconds of measuring the ranks, as a share of the step's
const rdm = (precision, { arch, size, batch, steps }) => {
  const [step, rank] = execFileSync('build/test/native/rdm_bench', [
    'step', arch, String(size), String(batch), precision, warmup, steps,
  ], { encoding: 'utf8' }).split(' ').map(Number);
  ranks.push(rank / step);
  return step;
};
const ways = {
  'Python fp32 (reference)': (c) => python('reference', c),
  'rdm fp32': (c) => rdm('fp32', c),
  'Python bf16 (its best)': (c) => python('best', c),
  'rdm bf16': (c) => rdm('bf16', c),
};
const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const round = (number) => Math.round(number * 100) / 100;

execFileSync('cmake', ['--build', 'build', '--target', 'rdm_bench'], { stdio: 'ignore' });
const results = [];
const rankEvery = 10; // steps, where nothing else is asked for
for (const c of cases) {
  ranks.length = 0;
  const seconds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let i = 0; i < rounds; i++) {
    for (const [name, time] of Object.entries(ways)) seconds[name].push(time(c));
  }
  const ratio = (slow, fast) => round(median(seconds[slow].map((s, i) => s / seconds[fast][i])));
  console.log(`\n${c.arch}, ${c.size} px, batch ${c.batch}, poly online 1, dim 2048`);
  for (const [name, list] of Object.entries(seconds)) {
    const s = median(list);
    console.log(`  ${name.padEnd(24)} ${s.toFixed(3)} s/step  ${(c.batch / s).toFixed(1)} images/s`);
  }
  const ratios = {
    fp32: ratio('Python fp32 (reference)', 'rdm fp32'),
    bf16AgainstReference: ratio('Python fp32 (reference)', 'rdm bf16'),
    bf16AgainstBest: ratio('Python bf16 (its best)', 'rdm bf16'),
  };
  console.log(`  times faster: fp32 ${ratios.fp32}, bf16 against the reference ` +
    `${ratios.bf16AgainstReference}, bf16 against Python's best ${ratios.bf16AgainstBest}`);
  const rankPercent = round((100 * median(ranks)) / rankEvery);
  console.log(`  ranks every ${rankEvery} steps: ${rankPercent} % of the time`);
  const medians = Object.fromEntries(
    Object.entries(seconds).map(([name, list]) => [name, round(median(list) * 1000) / 1000]),
  );
  results.push({ ...c, secondsPerStep: medians, ratios, rankPercent });
}
console.log(`\n${JSON.stringify({ bench: 'step', rounds, results })}`);
