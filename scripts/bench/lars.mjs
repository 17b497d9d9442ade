// npm run bench:lars: a LARS update of resnet50's tensors beside solo-learn's loop in Python, on the
// same LibTorch. The two take turns, so that a slow spell of the machine meets both. LibTorch's fused
// SGD, in which there are no norms, shows how fast the memory is at the time.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const rounds = 5;
const counts = ['3', '15'];

const pythonPath = existsSync('.libtorch/torch') ? '.libtorch' : (process.env.PYTHONPATH ?? '');
const seconds = (command, args) =>
  execFileSync(command, args, {
    env: { ...process.env, PYTHONPATH: pythonPath },
    encoding: 'utf8',
  })
    .trim()
    .split(' ')
    .map(Number);
const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

execFileSync('cmake', ['--build', 'build', '--target', 'rdm_bench'], { stdio: 'ignore' });
const python = [];
const rdm = [];
const sgd = [];
for (let i = 0; i < rounds; i++) {
  python.push(seconds('python3', ['scripts/bench/lars.py', ...counts])[0]);
  const [lars, plain] = seconds('build/test/native/rdm_bench', ['lars', ...counts]);
  rdm.push(lars);
  sgd.push(plain);
}
const hundredths = (x) => Math.round(x * 100) / 100;
const ratio = hundredths(median(python.map((s, i) => s / rdm[i])));
const milliseconds = {
  python: hundredths(median(python) * 1000),
  rdm: hundredths(median(rdm) * 1000),
  fusedSgd: hundredths(median(sgd) * 1000),
};
console.log("LARS update of resnet50's 161 tensors");
for (const [name, ms] of Object.entries(milliseconds)) {
  console.log(`  ${name.padEnd(8)} ${ms.toFixed(1)} ms`);
}
console.log(`  times faster than Python: ${ratio}`);
console.log(JSON.stringify({ bench: 'lars', rounds, milliseconds, ratio }));
