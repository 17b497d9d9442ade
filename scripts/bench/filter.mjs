// npm run bench:filter: a filter's forward pass beside torch.linalg.svd, on the same LibTorch, two
// threads. The peers take turns; each time is the fastest of all rounds, as other work only adds.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' } },
});
const rounds = Number(values.rounds);
const sizes = [
  { rows: 256, columns: 2048, warmup: 2, runs: 7 },
  { rows: 512, columns: 2048, warmup: 1, runs: 5 },
  { rows: 256, columns: 256, warmup: 3, runs: 15 },
  { rows: 4096, columns: 2048, warmup: 0, runs: 1 },
];
const shapes = [
  { location: 'online', sigma: '1' },
  { location: 'online', sigma: '2' },
  { location: 'target', sigma: '-1' },
];

const pythonPath = existsSync('.libtorch/torch') ? '.libtorch' : process.env.PYTHONPATH;
const python = ({ rows, columns, warmup, runs }) =>
  JSON.parse(
    execFileSync(
      'python3',
      ['scripts/bench/filter.py', `--rows=${rows}`, `--columns=${columns}`]
        .concat([`--sigmas=${shapes.map((shape) => shape.sigma)}`])
        .concat([`--warmup=${warmup}`, `--runs=${runs}`]),
      { env: { ...process.env, PYTHONPATH: pythonPath ?? '' }, encoding: 'utf8' },
    ),
  );
const rdm = ({ rows, columns, warmup, runs }, { location, sigma }) =>
  Number(
    execFileSync(
      'build/test/native/rdm_bench',
      ['filter', rows, columns, location, sigma, 'auto', warmup, runs].map(String),
      { encoding: 'utf8' },
    ),
  );
const milliseconds = (seconds) => (seconds * 1000).toFixed(2).padStart(9);
const round = (number) => Math.round(number * 100) / 100;

execFileSync('cmake', ['--build', 'build', '--target', 'rdm_bench'], { stdio: 'ignore' });
console.log('                                   ms                            times faster than');
console.log('rows x columns  filter          SVD, W  SVD, no W       rdm    SVD, W  SVD, no W');
const results = [];
for (const size of sizes) {
  const fastest = shapes.map(() => ({ reference: Infinity, factored: Infinity, rdm: Infinity }));
  for (let i = 0; i < rounds; i++) {
    const peer = python(size);
    for (const [j, shape] of shapes.entries()) {
      const round = { rdm: rdm(size, shape) };
      for (const way in peer) round[way] = peer[way][shape.sigma];
      for (const way in round) fastest[j][way] = Math.min(fastest[j][way], round[way]);
    }
  }
  for (const [j, shape] of shapes.entries()) {
    const { reference, factored, rdm: ours } = fastest[j];
    const ratios = { reference: round(reference / ours), factored: round(factored / ours) };
    const name = `${size.rows} x ${size.columns}`.padEnd(15);
    console.log(
      `${name} poly ${shape.location} ${shape.sigma.padStart(2)} ` +
        `${[reference, factored, ours].map(milliseconds).join(' ')} ` +
        `${ratios.reference.toFixed(2).padStart(9)} ${ratios.factored.toFixed(2).padStart(10)}`,
    );
    const { rows, columns } = size;
    results.push({ rows, columns, ...shape, seconds: fastest[j], ratios });
  }
}
console.log(`\n${JSON.stringify({ bench: 'filter', rounds, results })}`);
