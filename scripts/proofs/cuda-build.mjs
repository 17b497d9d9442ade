// npm run test:cuda-build: a CUDA build of LibTorch on a machine that needs no GPU. `pip install torch` in a new
// environment, and from that alone `npm run setup` of a copy of this checkout; what comes of it loads in Node, says
// what it is and what is missing for a GPU, and passes the C++ tests and Node tests on the CPU. --torch REQUIREMENT:
// another torch (torch==2.11.*). --in DIR: where to work, in a folder cuda-build that is made anew (8 GB; else where
// the system has its temporary files); the same place again, and ccache knows the objects. --keep leaves it. Prints a table and ends with a line of JSON; exit code 1 where a row has failed.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    torch: { type: 'string', default: 'torch' },
    in: { type: 'string', default: tmpdir() },
    keep: { type: 'boolean', default: false },
  },
});

/** What runs on this LibTorch, and not on a stand-in; several processes by Gloo among it. */
const nodeTests = ['cli', 'evaluate', 'run', 'train', 'launch/processes-that-do-not-meet', 'launch/same-as-one-process'];

const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = resolve(flags.in, 'cuda-build');
rmSync(scratch, { recursive: true, force: true });
const checkout = join(scratch, 'rdm');
const python = join(scratch, 'python');
const env = { ...process.env, PATH: `${join(python, 'bin')}:${process.env.PATH}` };
for (const name of ['LIBTORCH', 'Torch_DIR', 'CUDA_HOME', 'RDM_ADDON']) delete env[name];

const rows = [];
console.log('| step | result | seconds |');
console.log('| --- | --- | --- |');

/** Does a step and prints its row; `act` returns the result as text, and throws where it fails. */
function step(name, act) {
  const began = Date.now();
  const row = { step: name, passed: true, result: '' };
  try {
    row.result = act();
  } catch (error) {
    row.passed = false;
    row.result = `failed: ${String(error.message).trim().split('\n').slice(-3).join(' / ')}`;
  }
  row.seconds = Math.round((Date.now() - began) / 1000);
  rows.push(row);
  console.log(`| ${name} | ${row.result} | ${row.seconds} |`);
  return row.passed;
}

/** Output goes into a file, as it is long; the last of it tells why a program failed. */
function run(log, command, args, extra = {}) {
  const path = join(scratch, `${log}.log`);
  const file = openSync(path, 'w');
  const { status } = spawnSync(command, args, { cwd: checkout, env: { ...env, ...extra }, stdio: ['ignore', file, file] });
  const said = readFileSync(path, 'utf8');
  return { passed: status === 0, said };
}

function must(log, command, args) {
  const { passed, said } = run(log, command, args);
  if (!passed) throw new Error(said);
  return said;
}

const rdm = (args, extra = {}) =>
  spawnSync(process.execPath, ['bin/rdm.js', ...args], { cwd: checkout, env: { ...env, ...extra }, encoding: 'utf8' });

function expect(condition, text) {
  if (!condition) throw new Error(text);
}

function install() {
  mkdirSync(checkout, { recursive: true });
  execFileSync('python3', ['-m', 'venv', python]);
  must('pip', join(python, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', flags.torch]);
  const version = 'import torch; print(torch.__version__, torch.version.cuda)';
  const [torch, cuda] = execFileSync(join(python, 'bin/python'), ['-c', version], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split(' ');
  expect(cuda !== 'None', `torch ${torch} is a CPU build: pass --torch`);
  return `torch ${torch} of CUDA ${cuda}`;
}

/** What git knows or would add, so that no build and no LibTorch of this checkout helps. */
function copy() {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const files = list.split('\0').filter((file) => file && existsSync(join(root, file)));
  for (const file of files) {
    mkdirSync(dirname(join(checkout, file)), { recursive: true });
    copyFileSync(join(root, file), join(checkout, file));
  }
  return `${files.length} files`;
}

function setUp() {
  const said = must('setup', 'npm', ['run', 'setup']);
  const brought = join(checkout, '.cuda-headers');
  const wheels = existsSync(brought)
    ? readdirSync(brought, { recursive: true }).filter((name) => name.endsWith('.dist-info'))
    : [];
  expect(!said.includes('Building without NCCL'), said);
  const names = wheels.map((name) => name.split('/').at(-1).replace('.dist-info', ''));
  return `built; brought ${names.join(', ') || 'nothing'}`;
}

function look() {
  const { stdout, stderr } = rdm(['doctor', '--json']);
  expect(stdout, stderr);
  const { environment } = JSON.parse(stdout);
  const { libtorch, cuda, backends } = environment ?? {};
  expect(cuda?.built && backends.gloo && backends.nccl, stdout);
  return `LibTorch ${libtorch} of CUDA ${cuda.built}, gloo and nccl; ${cuda.missing?.reason ?? `${cuda.devices} devices`}`;
}

const leftOut = 'left out: there is a GPU';

/** Of this machine, why LibTorch has no device; null where it has one. */
const missing = () => JSON.parse(rdm(['doctor', '--json']).stdout).environment.cuda.missing;

/** A run that asks for what is not there names it. */
function refuseDevice() {
  const { reason } = missing() ?? {};
  if (!reason) return leftOut;
  const { status, stderr } = rdm(['knn', '--device', 'cuda', 'images']);
  expect(status === 1 && stderr.startsWith(`rdm: CUDA was asked for, but ${reason}\n`), stderr);
  return stderr.split('\n')[0].slice('rdm: '.length);
}

/** Two processes over NCCL, which compares its versions before it looks for devices. */
function refuseNccl(extra = {}) {
  if (!missing()) return leftOut;
  const { stderr } = rdm(['pretrain', '--device', 'cuda', '--nproc-per-node', '2', '--output', join(scratch, 'out'), 'images'], extra);
  const [said] = /NCCL talks between .*|versions of NCCL .*/.exec(stderr) ?? [];
  expect(said?.startsWith(extra.LD_PRELOAD ? 'versions' : 'NCCL talks'), stderr);
  return said;
}

/** A library that says it is NCCL 2.20.5. */
function refuseOldNccl() {
  writeFileSync(join(scratch, 'nccl.c'), 'int ncclGetVersion(int* version) { *version = 22005; return 0; }');
  execFileSync('cc', ['-shared', '-fPIC', '-o', 'old-nccl.so', 'nccl.c'], { cwd: scratch });
  return refuseNccl({ LD_PRELOAD: join(scratch, 'old-nccl.so') });
}

function cppTests(suite) {
  const { passed, said } = run(suite, join(checkout, 'build/test/native', suite), []);
  const [, text] = /test cases: +(\d+ \| +\d+ passed \| +\d+ failed)/.exec(said) ?? [];
  expect(passed && text, said);
  return text.replace(/ +/g, ' ');
}

function nodeSuite() {
  const files = nodeTests.flatMap((name) => {
    const path = join('build-test', name);
    if (!existsSync(join(checkout, path))) return [`${path}.test.js`];
    return readdirSync(join(checkout, path)).filter((file) => file.endsWith('.test.js')).map((file) => join(path, file));
  });
  const { passed, said } = run('node-tests', process.execPath, ['--test', '--test-reporter=tap', ...files]);
  const count = (word) => /(\d+)$/.exec(new RegExp(`^# ${word} \\d+$`, 'm').exec(said)?.[0] ?? '0')[1];
  const failed = [...said.matchAll(/^ *not ok \d+ - (.*)$/gm)].map(([, name]) => name);
  expect(passed, `${count('pass')} passed, ${count('fail')} failed: ${failed.join('; ')}`);
  return `${count('pass')} passed, ${count('fail')} failed, ${count('skipped')} skipped`;
}

const built = [
  ['pip install, a new environment', install],
  ['a copy of the checkout', copy],
  ['npm run setup', setUp],
].every(([name, act]) => step(name, act));
if (built) {
  step('loads in Node', look);
  step('--device cuda without a GPU', refuseDevice);
  step('NCCL without a GPU', () => refuseNccl());
  step('NCCL of another version', refuseOldNccl);
  for (const suite of ['rdm_data_tests', 'rdm_core_tests']) step(suite, () => cppTests(suite));
  step('Node tests', nodeSuite);
}
const failed = rows.filter(({ passed }) => !passed);
if (flags.keep || failed.length > 0) console.log(`\nleft: ${scratch}`);
else rmSync(scratch, { recursive: true, force: true });
console.log(JSON.stringify({ cudaBuild: { passed: failed.length === 0, steps: rows } }));
process.exitCode = failed.length === 0 ? 0 : 1;
