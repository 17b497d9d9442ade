// npm run bench:knn: 10,000 features of 512 classified by their nearest of 50,000, beside the whole
// matrix of cosines in Python's torch, on the same LibTorch. The two take turns.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const rounds = 3;
const sizes = ['50000', '10000', '512'];

const pythonPath = existsSync('.libtorch/torch') ? '.libtorch' : (process.env.PYTHONPATH ?? '');
function run(command, args) {
  const env = { ...process.env, PYTHONPATH: pythonPath };
  const [seconds, mebibytes] = execFileSync(command, args, { env, encoding: 'utf8' }).split(' ').map(Number);
  return { seconds, mebibytes };
}
const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

execFileSync('cmake', ['--build', 'build', '--target', 'rdm_bench'], { stdio: 'ignore' });
const runs = { python: [], rdm: [] };
for (let i = 0; i < rounds; i++) {
  runs.python.push(run('python3', ['scripts/bench/knn.py', ...sizes]));
  runs.rdm.push(run('build/test/native/rdm_bench', ['knn', ...sizes]));
}
const ratios = runs.python.map(({ seconds }, i) => seconds / runs.rdm[i].seconds);
const figures = Object.fromEntries(
  Object.entries(runs).map(([name, all]) => [
    name,
    {
      seconds: median(all.map(({ seconds }) => seconds)),
      mebibytes: Math.max(...all.map(({ mebibytes }) => mebibytes)),
    },
  ]),
);
console.log('kNN, 10,000 by 50,000 features of 512, k 20, cosine');
for (const [name, { seconds, mebibytes }] of Object.entries(figures)) {
  console.log(`  ${name.padEnd(8)} ${seconds.toFixed(2).padStart(6)} s  ${String(mebibytes).padStart(6)} MiB`);
}
const ratio = Math.round(median(ratios) * 100) / 100;
console.log(`  times faster: ${ratio}`);
console.log(JSON.stringify({ bench: 'knn', rounds, ...figures, ratio }));
