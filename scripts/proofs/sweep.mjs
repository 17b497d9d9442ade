// npm run test:sweep: a sweep of six runs of which two collapse, killed twice (kill -9 of every process that it
// started) and called again, ends with the checkpoints of one that was not disturbed, bit for bit. Made-up
// images; --in DIR keeps what was made. Ends with one line of JSON; exit code 1 where something differs.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { hashTensors, synthesize } from 'rdm-ssl';

const { values } = parseArgs({ options: { in: { type: 'string' } } });
const scratch = values.in ?? mkdtempSync(join(tmpdir(), 'rdm-sweep-'));
mkdirSync(scratch, { recursive: true });
if (!values.in) process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const data = join(scratch, 'shapes');
await synthesize({ output: data, trainPerClass: 32, valPerClass: 4, size: 40, seed: 1 });
const file = join(scratch, 'sweep.yaml');
writeFileSync(
  file,
  `flags:
  ${Object.entries({
    ...{ arch: 'resnet18', 'crop-size': 32, 'batch-size': 32, dim: 128, workers: 2, seed: 7 },
    ...{ epochs: 12, 'learning-rate': 4, 'print-freq': 1, 'checkpoint-every': 4, keep: 1, milestones: 1 },
    ...{ device: 'cpu', 'pred-type': 'poly', 'pred-location': 'target' },
  })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n  ')}
axes: {sigma: [-1, -0.8, -0.6, -0.4, 0, 1]}
`,
);
const expected = ['sigma=0', 'sigma=1']; // to collapse

/** Every process below this one, found by its parent. */
function below(pid) {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) . /, '').startsWith(`${pid} `);
      } catch {
        return false; // it has ended meanwhile
      }
    });
  return children.flatMap((child) => [Number(child), ...below(Number(child))]);
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {} // it has ended by itself
}

/** Calls the sweep; after `milliseconds`, where they are given, all of it is killed. */
async function sweep(output, milliseconds) {
  const args = ['bin/rdm.js', 'sweep', file, data, '--output', output, '--jobs', '2', '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const timer = new AbortController();
  if (milliseconds) {
    const killAll = () => [child.pid, ...below(child.pid)].forEach(kill);
    pause(milliseconds, undefined, { signal: timer.signal }).then(killAll, () => {});
  }
  const { code, signal } = await ended;
  timer.abort();
  if (signal) return { killed: true };
  if (code !== 0) throw new Error(`the sweep ended with exit code ${code}`);
  return { rows: JSON.parse(stdout) };
}

const began = Date.now();
const straight = await sweep(join(scratch, 'straight'));
const whole = Date.now() - began;

let kills = 0;
let disturbed = {};
for (const share of [0.35, 0.35, undefined]) {
  disturbed = await sweep(join(scratch, 'killed'), share && share * whole);
  if (disturbed.killed) kills += 1;
}

/** SHA-256 of every tensor of every checkpoint of a run. */
async function checkpoints(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.pth.tar')).sort();
  return Promise.all(names.map(async (name) => [name, await hashTensors(join(folder, name))]));
}

const runs = [];
for (const { name, state } of straight.rows) {
  const one = await checkpoints(join(scratch, 'straight', name));
  const other = await checkpoints(join(scratch, 'killed', name));
  const equal = JSON.stringify(one) === JSON.stringify(other);
  const again = disturbed.rows.find((row) => row.name === name);
  const tensors = one.reduce((sum, [, hashes]) => sum + hashes.length, 0);
  runs.push({ name, state, again: again?.state, checkpoints: one.length, tensors, equal });
}
console.log('| run | state | checkpoints | tensors | equal after two kills |');
console.log('| --- | --- | --- | --- | --- |');
for (const { name, state, checkpoints, tensors, equal } of runs) {
  console.log(`| ${[name, state, checkpoints, tensors, equal ? 'yes' : 'no'].join(' | ')} |`);
}
const collapsed = runs.filter(({ again }) => again === 'collapsed').map(({ name }) => name);
const proven =
  kills === 2 &&
  runs.every(({ equal, state, again }) => equal && state === again) &&
  JSON.stringify(collapsed) === JSON.stringify(expected);
console.log(JSON.stringify({ test: 'sweep', kills, collapsed, equal: runs.every(({ equal }) => equal), proven, runs }));
process.exitCode = proven ? 0 : 1;
