// npm run test:netns: two network namespaces with addresses and host names of their own, joined by a virtual
// cable, are two machines of two processes each. They train; then the cable is cut while they do. Needs root.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { few, ranksOf, runs, stepsIn } from '../../build-test/support/processes.js';
import { bin } from '../../build-test/support/rdm.js';
import { inspectCheckpoint, synthesize } from '../../dist/index.js';

const most = 15; // seconds until everyone has ended
const ip = (...args) => execFileSync('ip', args, { encoding: 'utf8' });
const machines = [0, 1].map((rank) => ({
  rank,
  host: `rdm-node-${rank}`,
  space: `rdm-${process.pid}-${rank}`,
  cable: `rdm${process.pid}n${rank}`.slice(-15),
  address: `10.213.77.${rank + 1}`,
}));

function connect() {
  const [one, other] = machines;
  for (const { space } of machines) ip('netns', 'add', space);
  ip('link', 'add', one.cable, 'type', 'veth', 'peer', 'name', other.cable);
  for (const { space, cable, address } of machines) {
    ip('link', 'set', cable, 'netns', space);
    ip('-n', space, 'addr', 'add', `${address}/24`, 'dev', cable);
    ip('-n', space, 'link', 'set', cable, 'up');
    ip('-n', space, 'link', 'set', 'lo', 'up');
  }
}

function disconnect() {
  for (const { space } of machines) {
    try {
      ip('netns', 'del', space); // and the cable's end in it
    } catch {} // was not made
  }
}

/** rdm on that machine, with two processes; `ended` is its exit code. */
function start({ rank, host, space }, output, data, ...more) {
  const place = ['--nproc-per-node', '2', '--world-size', '2', '--rank', String(rank)];
  const url = `tcp://${machines[0].address}:29577`;
  const line = ['pretrain', ...few, ...place, '--dist-url', url, ...more, '--output', output, data];
  const named = ['hostname "$0" && exec "$@"', host, process.execPath, bin, ...line];
  const child = spawn('ip', ['netns', 'exec', space, 'unshare', '--uts', 'sh', '-c', ...named]);
  const run = { pid: child.pid, stdout: '', stderr: '', seconds: undefined };
  child.stdout.on('data', (chunk) => {
    run.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    run.stderr += chunk;
  });
  run.ended = new Promise((resolve) => {
    child.on('close', (code) => {
      run.at = performance.now();
      resolve(code);
    });
  });
  return run;
}

/** When rank 0 has made so many steps; false where it ends before. */
async function afterSteps(run, steps) {
  let ended = false;
  run.ended.then(() => {
    ended = true;
  });
  while (!ended && stepsIn(run.stdout) < steps) await new Promise((go) => setTimeout(go, 50));
  return !ended;
}

/** The addresses at which somebody listens there. */
function listening({ space }) {
  const lines = execFileSync('ip', ['netns', 'exec', space, 'ss', '-ltnH'], { encoding: 'utf8' });
  const addresses = lines.split('\n').filter(Boolean).map((line) => line.split(/\s+/)[3]);
  return [...new Set(addresses.map((address) => address.replace(/:\d+$/, '')))];
}

function check(good, text) {
  console.log(`${good ? 'yes' : 'NO '}  ${text}`);
  if (!good) process.exitCode = 1;
}

async function train(scratch, data) {
  const output = join(scratch, 'whole');
  const started = machines.map((machine) => start(machine, output, data, '--epochs', '2'));
  if (await afterSteps(started[0], 1)) {
    for (const machine of machines) {
      const found = listening(machine);
      const own = found.every((address) => address.replace('[::ffff:', '').replace(']', '') === machine.address);
      check(found.length > 0 && own, `${machine.host} listens at ${found.join(', ')} only`);
    }
  }
  const codes = await Promise.all(started.map(({ ended }) => ended));
  check(codes.every((code) => code === 0), `two epochs end with exit codes ${codes.join(' and ')}`);
  if (codes.some(Boolean)) console.log(started.map(({ stderr }) => stderr).join(''));
  const { epoch } = await inspectCheckpoint(join(output, 'checkpoint_0001.pth.tar'));
  check(epoch === 2, `their checkpoint loads: epoch ${epoch}`);
}

async function cut(scratch, data) {
  const output = join(scratch, 'cut');
  const started = machines.map((machine) => start(machine, output, data, '--epochs', '100000'));
  await afterSteps(started[0], 3 + Math.floor(Math.random() * 4));
  const pids = started.map(({ pid }) => ranksOf(pid).filter(Boolean));
  const [{ space, cable }] = machines;
  const at = performance.now();
  ip('-n', space, 'link', 'set', cable, 'down');
  const codes = await Promise.all(started.map(({ ended }) => ended));
  const seconds = started.map((run) => (run.at - at) / 1000);
  const told = seconds.map((each) => each.toFixed(1)).join(' and ');
  check(Math.max(...seconds) <= most, `cut off, the sides end after ${told} s`);
  check(codes.every((code) => code === 1), `with exit codes ${codes.join(' and ')}`);
  check(pids.flat().length === 4 && !pids.flat().some(runs), 'no process is left');
  for (const { rank, host } of machines) {
    const lost = machines[1 - rank];
    const name = new RegExp(`rank [${lost.rank * 2}${lost.rank * 2 + 1}] \\(${lost.host}, process \\d+\\) was lost[^\n]*`);
    const [found] = name.exec(started[rank].stderr) ?? [];
    check(found !== undefined, `${host} says: ${found ?? started[rank].stderr}`);
  }
}

function needed() {
  if (process.getuid?.() !== 0) return 'root';
  try {
    execFileSync('sh', ['-c', 'command -v ip ss unshare'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'ip, ss (iproute2) and unshare';
  }
}

const missing = needed();
if (missing) {
  console.log(`skipped: two network namespaces need ${missing}`);
} else {
  const scratch = mkdtempSync(join(tmpdir(), 'rdm-netns-'));
  const data = join(scratch, 'data');
  try {
    await synthesize({ output: data, trainPerClass: 5, valPerClass: 2, size: 40, seed: 1 });
    connect();
    await train(scratch, data);
    await cut(scratch, data);
  } finally {
    disconnect();
    rmSync(scratch, { recursive: true });
  }
}
