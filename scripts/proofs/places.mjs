// npm run test:places [-- --data DIR]: the same images as a folder, a list, a table, shards and two places train the
// same network: each is killed (kill -9) in its first epoch and resumed, with 1, 2 and 5 workers and with two
// processes, and comes to the tensors of an undisturbed run on the folder, bit for bit. Ends with one line of JSON;
// exit code 1 where a tensor differs.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hashTensors, packDataset, synthesize } from 'rdm-ssl';
import { complete, start } from '../durability/support.mjs';

const { values } = parseArgs({ options: { data: { type: 'string' } } });
const scratch = mkdtempSync(join(tmpdir(), 'rdm-places-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const data = values.data ?? join(scratch, 'shapes');
if (!values.data) await synthesize({ output: data, trainPerClass: 8, valPerClass: 1, size: 40, seed: 1 });
const train = join(data, 'train');
const classes = readdirSync(train).sort();
const images = classes.flatMap((name) =>
  readdirSync(join(train, name))
    .sort()
    .map((file) => ({ path: join(train, name, file), name })),
);

const lists = join(scratch, 'lists');
mkdirSync(lists);
function list(name, lines) {
  const file = join(lists, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}
const paths = images.map(({ path }) => path);
const half = Math.floor(paths.length / 3);
const bytes = paths.reduce((sum, path) => sum + readFileSync(path).length, 0);
const { places: packed } = await packDataset({
  ...{ data: train, output: join(scratch, 'shards'), shardSize: bytes / 4e6 },
});
const forms = {
  folder: [train],
  list: [list('images.txt', paths)],
  table: [list('images.csv', images.map(({ path, name }) => `"${path}",${name}`))],
  shards: [packed[0].place],
  'two places': [list('first.txt', paths.slice(0, half)), list('rest.txt', paths.slice(half))],
};

const run = [
  ...['pretrain', '-a', 'resnet18', '--crop-size', '32', '-b', '8', '--dim', '64', '--pred-dim', '32'],
  ...['--epochs', '2', '--seed', '7', '-p', '1', '--device', 'cpu', '--val', 'none'],
  ...['--checkpoint-every', '2', '--resume', 'auto'],
];
const ways = {
  '1 worker': ['-j', '1'],
  '2 workers': ['-j', '2'],
  '5 workers': ['-j', '5'],
  '2 processes': ['-j', '2', '--nproc-per-node', '2'],
};

const tensorsIn = (output) => hashTensors(join(output, 'checkpoint_0001.pth.tar'));

/** Kills the run and the processes that it started once its first epoch is past its third step. */
async function killed(args) {
  const { child, ended } = start(args);
  let stdout = '';
  let dead = false;
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    if (dead || !/Epoch: \[0\]\[ *[4-9]/.test(stdout)) return;
    dead = true;
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    const pids = [...children.trim().split(' ').filter(Boolean).map(Number), child.pid];
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  });
  const { signal, stderr } = await ended;
  if (signal !== 'SIGKILL') throw new Error(`it was not killed: ${stderr}`);
}

const results = [];
let expected; // two processes see other batches than one
console.log('| places | run | tensors | that differ |');
console.log('| --- | --- | --- | --- |');
let runs = 0;
for (const [way, flags] of Object.entries(ways)) {
  if (!expected || way === '2 processes') {
    const straight = join(scratch, `run-${runs++}`);
    await complete([...run, ...flags, '--output', straight, ...forms.folder]);
    expected = await tensorsIn(straight);
  }
  for (const [form, places] of Object.entries(forms)) {
    const output = join(scratch, `run-${runs++}`);
    const args = [...run, ...flags, '--output', output, ...places];
    await killed(args);
    await complete(args);
    const found = new Map((await tensorsIn(output)).map(({ name, sha256 }) => [name, sha256]));
    const different = expected.filter(({ name, sha256 }) => found.get(name) !== sha256).length;
    results.push({ places: form, run: way, tensors: expected.length, different });
    console.log(`| ${form} | ${way} | ${expected.length} | ${different} |`);
    rmSync(output, { recursive: true });
  }
}
const equal = results.every(({ different }) => different === 0);
console.log(JSON.stringify({ test: 'places', images: images.length, equal, results }));
process.exitCode = equal ? 0 : 1;
