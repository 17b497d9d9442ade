// npm run test:disk [-- --data DIR]: a disk that is full, and a folder that becomes read-only
// in mid-run. Needs root: it mounts a small tmpfs, and runs as nobody where permissions matter.
// docs/durability.md keeps what it printed. Ends with one line of JSON; exit code 1 where one failed.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { scriptOptions, smallNetwork, smallRun, start } from './support.mjs';

const { data } = scriptOptions({});
if (process.getuid() !== 0) {
  console.error('only root can mount a file system and run as nobody');
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), 'rdm-disk-'));
chmodSync(scratch, 0o755);
const nobody = 65534;
const args = (epochs, output) => [
  'pretrain', ...smallRun, ...smallNetwork, '--epochs', String(epochs), '--output', output, '--resume', 'auto', data,
];

/** Every file that has a manifest is what it says. */
function intact(folder) {
  const manifests = readdirSync(folder).filter((name) => name.endsWith('.sha256'));
  return manifests.length > 0 && spawnSync('sha256sum', ['--quiet', '-c', ...manifests], { cwd: folder }).status === 0;
}

async function until(condition) {
  while (!condition()) await pause(50);
}

const checkpoints = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.tar')) : []);
const results = [];

function report(what, checks, said) {
  const failed = Object.entries(checks).filter(([, holds]) => !holds);
  for (const [name, holds] of Object.entries(checks)) console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}: ${name}`);
  for (const line of said) console.log(`     ${line}`);
  results.push({ what, failed: failed.map(([name]) => name) });
}

const lines = (stderr, pattern) => stderr.split('\n').filter((line) => pattern.test(line));

async function fullDisk() {
  const folder = join(scratch, 'full');
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=220m', 'tmpfs', folder]);
  try {
    const full = await start(args(5, folder)).ended;
    const whole = intact(folder);
    execFileSync('mount', ['-o', 'remount,size=2g', folder]);
    const freed = await start(args(5, folder)).ended;
    report('a full disk', {
      'training goes on with a warning': /warning: no checkpoint was saved: .*No space left on device.*training goes on/.test(full.stderr),
      'the final save failing ends with 1 and the reason': full.code === 1 && /^rdm: cannot write .*No space left on device$/m.test(full.stderr),
      'the checkpoints before are intact': whole,
      'with space again, --resume auto goes on to the end': freed.code === 0 && checkpoints(folder).includes('checkpoint_0004.pth.tar'),
    }, lines(full.stderr, /warning|cannot|Free/));
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
}

/** `spoil` when the first checkpoint is there, `mend` when the run has warned. */
async function inMidRun(what, spoil, mend) {
  const folder = join(scratch, what.replaceAll(' ', '-'));
  mkdirSync(folder);
  chownSync(folder, nobody, nobody);
  const { child, ended } = start(args(12, folder), { uid: nobody, gid: nobody });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await until(() => stderr.includes('saved ') || child.exitCode !== null);
  spoil(folder);
  await until(() => /warning:/.test(stderr) || child.exitCode !== null);
  const kept = checkpoints(folder);
  mend(folder);
  const { code } = await ended;
  report(what, {
    'training goes on with a warning': /warning: /.test(stderr),
    'and to its end, once the folder is back': code === 0 && checkpoints(folder).includes('checkpoint_0011.pth.tar'),
    'the checkpoints are intact': intact(folder) && kept.every((name) => checkpoints(folder).includes(name)),
  }, lines(stderr, /warning|cannot/));
}

async function neverMended() {
  const folder = join(scratch, 'read-only to the end');
  mkdirSync(folder);
  chownSync(folder, nobody, nobody);
  const { child, ended } = start(args(6, folder), { uid: nobody, gid: nobody });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await until(() => stderr.includes('saved ') || child.exitCode !== null);
  chmodSync(folder, 0o555);
  const { code } = await ended;
  chmodSync(folder, 0o755);
  report('a folder that stays read-only', {
    'the final save failing ends with 1 and the reason': code === 1 && /^rdm: cannot write .*Permission denied$/m.test(stderr),
    'the checkpoints before are intact': intact(folder),
  }, lines(stderr, /warning|cannot|Choose/));
}

try {
  await fullDisk();
  await inMidRun('a folder made read-only', (folder) => chmodSync(folder, 0o555), (folder) => chmodSync(folder, 0o755));
  await neverMended();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const passed = results.every(({ failed }) => failed.length === 0);
console.log(JSON.stringify({ test: 'disk', passed, results }));
process.exitCode = passed ? 0 : 1;
