// npm run test:polyglots [-- --files N] [-- --seed N]: makes files of several formats at once at
// random, and looks at each with `rdm inspect` and, in one process of its own, with Python's torch.load. Fails where
// Python ran code of a file that inspect had called safe. Without a Python that can import torch there is no truth to
// compare with, which is said. RDM_ADDON takes another build.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});
execFileSync('scripts/setup', ['typescript'], { stdio: ['ignore', 'ignore', 'inherit'] });
const { inspectCheckpoint } = await import('../dist/index.js');
const { mark, polyglot } = await import('../build-test/support/hostile/polyglots.js');
const { pythonWithTorch } = await import('../build-test/support/python.js');

const env = pythonWithTorch();
if (!env) {
  console.log('skipped: python3 cannot import torch');
  process.exit();
}
const folder = mkdtempSync(join(tmpdir(), 'rdm-polyglots-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const counts = { files: 0, ran: 0, safe: 0, fooled: [] };
let python = start();
const first = Number(values.seed);
for (let seed = first; seed < first + Number(values.files); seed += 1) {
  const file = join(folder, `${seed}.pth`);
  writeFileSync(file, polyglot(seed));
  const [ran, safe] = await Promise.all([runs(file), isSafe(file)]);
  counts.files += 1;
  counts.ran += ran ? 1 : 0;
  counts.safe += safe ? 1 : 0;
  if (ran && safe) counts.fooled.push(seed);
  rmSync(file);
}
python.process.stdin.end();
console.log(JSON.stringify({ polyglots: counts }));
process.exitCode = counts.fooled.length === 0 && counts.ran > 0 && counts.safe > 0 ? 0 : 1;

function start() {
  const child = spawn('python3', [join('test', 'parity', 'load_polyglots.py'), String(mark)], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return { process: child, answers: createInterface(child.stdout)[Symbol.asyncIterator]() };
}

/** A file that ends Python itself ran no code of ours; the next one gets a new process. */
async function runs(file) {
  python.process.stdin.write(`${file}\n`);
  const { value, done } = await python.answers.next();
  if (done) python = start();
  return value === 'ran';
}

async function isSafe(file) {
  try {
    return (await inspectCheckpoint(file)).safe;
  } catch (error) {
    if (error.code !== 'bad_checkpoint') throw error;
    return false;
  }
}
