// npm run bench:lars: a LARS update of resnet50's tensors beside solo-learn's loop in Python, on the
// same LibTorch. The two take turns, so that a slow spell of the machine meets both.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const rounds = 5;
const counts = ['3', '15'];

const pythonPath = existsSync('.libtorch/torch') ? '.libtorch' : (process.env.PYTHONPATH ?? '');
const seconds = (command, args) =>
  Number(
    execFileSync(command, args, {
      env: { ...process.env, PYTHONPATH: pythonPath },
      encoding: 'utf8',
    }),
  );
const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

execFileSync('cmake', ['--build', 'build', '--target', 'rdm_bench_lars'], { stdio: 'ignore' });
const python = [];
const rdm = [];
for (let i = 0; i < rounds; i++) {
  python.push(seconds('python3', ['scripts/bench/lars.py', ...counts]));
  rdm.push(seconds('build/test/native/rdm_bench_lars', counts));
}
const ratio = Math.round(median(python.map((s, i) => s / rdm[i])) * 100) / 100;
const milliseconds = { python: median(python) * 1000, rdm: median(rdm) * 1000 };
console.log("LARS update of resnet50's 161 tensors");
for (const [name, ms] of Object.entries(milliseconds)) {
  console.log(`  ${name.padEnd(8)} ${ms.toFixed(1)} ms`);
}
console.log(`  times faster: ${ratio}`);
console.log(JSON.stringify({ bench: 'lars', rounds, milliseconds, ratio }));
