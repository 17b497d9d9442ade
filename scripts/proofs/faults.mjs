// npm run test:faults -- --times 10: one of four ranks is killed, or stopped, at a random step; then the same
// with --max-restarts 1 against an undisturbed run. A line for each, and what they had in common as JSON.
// --only SIGKILL, SIGSTOP or restart: that part of it.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { disturb, few, images, lossOf } from '../../build-test/support/processes.js';
import { rdm } from '../../build-test/support/rdm.js';
import { inspectCheckpoint } from '../../dist/index.js';

const { values } = parseArgs({ options: { times: { type: 'string', default: '2' }, only: { type: 'string' } } });
const times = Number(values.times);
const processes = 4;
const most = 15; // seconds until everyone has ended

const scratch = mkdtempSync(join(tmpdir(), 'rdm-faults-'));
const { data, name } = await images();
const random = (below) => Math.floor(Math.random() * below);

function line(output, ...more) {
  const flags = [...few, '--nproc-per-node', String(processes), ...more, '--output', output, data];
  return ['pretrain', ...flags];
}

/** Of ranks in turn, from any; in one of the two epochs after the first checkpoint. */
const first = random(processes);
const faultAt = (signal, i) => ({
  ...{ signal, rank: (first + i) % processes },
  ...{ steps: 3 + random(3), delay: random(500) },
});

const newest = (output) =>
  readdirSync(output)
    .filter((file) => file.endsWith('.pth.tar'))
    .sort()
    .at(-1);

/** How many of the processes that were left say by name which one was lost. */
function namedBy({ rank }, { stderr, pids }) {
  const process = (one) => `rank ${one} (${hostname()}, process ${pids[one]})`;
  const said = stderr.split('\n');
  const others = pids.map((_, other) => other).filter((other) => other !== rank);
  return others.filter((other) => {
    const who = other === 0 ? '' : `${process(other)}: `;
    return said.some((text) => text.startsWith(`rdm: ${who}${process(rank)} was lost`));
  }).length;
}

async function once(fault) {
  const output = mkdtempSync(join(scratch, 'run-'));
  const ended = await disturb(fault, line(output, '--epochs', '100000'));
  const file = newest(output);
  const { epoch } = await inspectCheckpoint(join(output, file));
  const named = namedBy(fault, ended);
  const good =
    ended.seconds <= most && ended.code === 1 && ended.left.length === 0 && named === processes - 1;
  console.log(
    `${fault.signal} rank ${fault.rank} after ${fault.steps} steps and ${fault.delay} ms: ` +
      `all ended in ${ended.seconds.toFixed(1)} s, exit code ${ended.code}, named by ${named} of ` +
      `${processes - 1}, ${ended.left.length} left, checkpoint of epoch ${epoch} loads` +
      `${good ? '' : `  BAD\n${ended.stderr}`}`,
  );
  rmSync(output, { recursive: true });
  return { good, seconds: ended.seconds };
}

async function restarted(fault, expected) {
  const output = mkdtempSync(join(scratch, 'run-'));
  const ended = await disturb(fault, line(output, '--epochs', '4', '--max-restarts', '1'));
  const loss = ended.code === 0 ? lossOf(ended.stdout) : Number.NaN;
  const good = ended.left.length === 0 && loss === expected;
  console.log(
    `${fault.signal} rank ${fault.rank} after ${fault.steps} steps and ${fault.delay} ms, with a ` +
      `restart: exit code ${ended.code}, final loss ${loss}${good ? '' : `  BAD\n${ended.stderr}`}`,
  );
  rmSync(output, { recursive: true });
  return { good };
}

async function repeat(signal) {
  const runs = [];
  for (let i = 0; i < times; ++i) runs.push(await once(faultAt(signal, i)));
  const slowest = Math.max(...runs.map(({ seconds }) => seconds));
  return { good: count(runs), slowestSeconds: Math.round(10 * slowest) / 10 };
}

async function repeatWithRestart() {
  const output = mkdtempSync(join(scratch, 'run-'));
  const loss = lossOf((await rdm(line(output, '--epochs', '4'))).stdout);
  console.log(`undisturbed: final loss ${loss}`);
  const runs = [];
  for (let i = 0; i < times; ++i) {
    runs.push(await restarted(faultAt(i % 2 ? 'SIGSTOP' : 'SIGKILL', i), loss));
  }
  return { good: count(runs) };
}

const count = (runs) => runs.filter(({ good }) => good).length;
const parts = {
  SIGKILL: () => repeat('SIGKILL'),
  SIGSTOP: () => repeat('SIGSTOP'),
  restart: repeatWithRestart,
};

try {
  console.log(`resnet18, 32 px, ${name}, ${processes} processes`);
  const found = {};
  for (const part of values.only ? [values.only] : Object.keys(parts)) {
    found[part] = await parts[part]();
  }
  console.log(JSON.stringify({ times, ...found }));
  process.exitCode = Object.values(found).every(({ good }) => good === times) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}
