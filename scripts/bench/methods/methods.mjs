// npm run bench:methods: a training step of every method beside the same model in Python, on the same LibTorch.
// The two take turns within a round, so that a slow spell of the machine meets both.
//   --rounds N, --steps N, --batch N, --methods LIST   less of it
//   --network resnet18/cifar                           the stem for small images; resnet18 has ImageNet's, as in bench:step
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '3' },
    batch: { type: 'string', default: '256' },
    network: { type: 'string', default: 'resnet18' },
    methods: { type: 'string', default: 'simsiam,byol,swav,dino,barlow,vicreg' },
  },
});
const rounds = Number(values.rounds);
const { network } = values;
const size = 32;
// Of 16 pixels ImageNet's stem leaves a single one, of which LibTorch gets a gradient in bf16 wrong on a CPU: Python diverges.
const small = { count: 4, size: network.endsWith('/cifar') ? 16 : 24 };
const warmup = '1';
const wanted = values.methods.split(',');
const cases = wanted
  .map((method) => ({ method, count: 0 }))
  .concat(['swav', 'dino'].filter((method) => wanted.includes(method)).map((method) => ({ method, count: small.count })));
const crops = ({ count }) => `2x${size}${count > 0 ? `,${count}x${small.size}` : ''}`;
const threads = { OMP_NUM_THREADS: '2', OMP_WAIT_POLICY: 'PASSIVE' };

const torch = existsSync('.libtorch/torch') ? '.libtorch' : (process.env.PYTHONPATH ?? '');
const python = (of, precision) => {
  const out = execFileSync(
    'python3',
    ['scripts/bench/methods/methods.py', '--method', of.method, '--network', network, '--crops', crops(of)]
      .concat(['--batch', values.batch, '--precision', precision, '--warmup', warmup, '--steps', values.steps]),
    { env: { ...process.env, ...threads, PYTHONPATH: `${torch}:scripts/bench` }, encoding: 'utf8' },
  );
  return JSON.parse(out).secondsPerStep;
};
const rdm = ({ method, count }, precision) => {
  const out = execFileSync(
    'build/test/native/rdm_bench',
    ['method', method, network, String(size), String(count), String(small.size), values.batch, precision, warmup, values.steps],
    { env: { ...process.env, ...threads }, encoding: 'utf8' },
  );
  return Number(out.split(' ')[0]);
};
const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const round = (number, digits) => Number(number.toFixed(digits));

execFileSync('cmake', ['--build', 'build', '--target', 'rdm_bench'], { stdio: 'ignore' });
console.log(`${network}, batch ${values.batch}, two threads; seconds a step, and how many times faster`);
console.log('method   crops        precision  Python     rdm  times');
const results = [];
for (const of of cases) {
  for (const precision of ['fp32', 'bf16']) {
    const pairs = [];
    for (let i = 0; i < rounds; i++) pairs.push([python(of, precision), rdm(of, precision)]);
    const seconds = { python: median(pairs.map(([p]) => p)), rdm: median(pairs.map(([, r]) => r)) };
    const times = round(median(pairs.map(([p, r]) => p / r)), 2);
    console.log(
      [of.method.padEnd(8), crops(of).padEnd(12), precision.padEnd(9)]
        .concat([seconds.python, seconds.rdm].map((s) => s.toFixed(3).padStart(7)))
        .concat(times.toFixed(2).padStart(6))
        .join(' '),
    );
    results.push({ method: of.method, crops: crops(of), precision, times,
      secondsPerStep: { python: round(seconds.python, 3), rdm: round(seconds.rdm, 3) } });
  }
}
console.log(`\n${JSON.stringify({ bench: 'methods', network, batch: Number(values.batch), rounds, results })}`);
