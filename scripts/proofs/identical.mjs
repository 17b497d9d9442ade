// npm run test:identical -- BUILD_A BUILD_B: two checkouts with a finished build train the same runs; each pair
// of runs must leave the same tensors, the same records and the same events, but for times. --only TEXT: the runs
// whose names hold it, and those that they start from. --expect RUN:KEY (RUN may be *): a difference that is meant,
// in an event (start.processes), a tensor or a record; it is listed and counts as equal. --keep leaves the outputs.
// Prints a row for each run and ends with one line of JSON; exit code 1 where two runs differ.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    expect: { type: 'string', multiple: true, default: [] },
    keep: { type: 'boolean', default: false },
  },
});
if (positionals.length !== 2) {
  console.error('pass two checkouts with a finished build: npm run test:identical -- BUILD_A BUILD_B');
  process.exit(2);
}

const resnet = ['-a', 'resnet18', '--crop-size', '32', '-b', '16', '--epochs', '2', '-j', '2', '--seed', '1', '-p', '1', '--device', 'cpu'];
const pretrain = ['pretrain', ...resnet, '--dim', '64', '--rank-every', '2'];
const mlp = ['--pred-dim', '32'];
const online = ['--pred-type', 'poly', '--pred-location', 'online', '--sigma', '1'];
const target = ['--pred-type', 'poly', '--pred-location', 'target', '--sigma=-1'];
const log2 = ['--pred-type', 'log_2', '--pred-location', 'online'];
const byol = [...pretrain, '--method', 'byol', '--proj-hidden-dim', '64', '--optimizer', 'lars', '--schedule', 'warmup-cosine', '--warmup-epochs', '1'];
const classifiers = ['--online-classifier', '--momentum-classifier'];
// Two steps: a CPU without instructions for it takes seconds for each.
const bf16 = ['--precision', 'bf16', '--stem', 'cifar', '--crop-size', '16', '--images-per-class', '4', '--epochs', '1'];
const two = ['--nproc-per-node', '2'];
const often = ['--checkpoint-every', '2', '--keep', '0'];
const linear = ['lincls', ...resnet];

const middle = 'checkpoint_0000-000002.pth.tar';
const on = ['--pretrained', 'simsiam mlp/checkpoint_0001.pth.tar'];

const runs = {
  'simsiam mlp': [...pretrain, ...mlp, '--fix-pred-lr', '--knn-every', '1', ...often],
  'simsiam mlp bf16': [...pretrain, ...mlp, ...bf16, '--accumulate', '2'],
  'simsiam mlp, two processes': [...pretrain, ...mlp, ...two, '--knn-every', '2'],
  'simsiam mlp, resumed': [...pretrain, ...mlp, '--fix-pred-lr', '--knn-every', '1', '--resume', `simsiam mlp/${middle}`],
  'simsiam poly online 1': [...pretrain, ...online, '--online-classifier', '--accumulate', '2'],
  'simsiam poly online 1 bf16': [...pretrain, ...online, ...bf16],
  'simsiam poly target -1': [...pretrain, ...target, ...often],
  'simsiam poly target -1 bf16': [...pretrain, ...target, ...bf16, '--filter-source', 'online', '--filter-solver', 'svd'],
  'simsiam poly target -1, two processes': [...pretrain, ...target, ...two, '--online-classifier', ...often],
  'simsiam poly target -1, two processes, resumed': [...pretrain, ...target, ...two, '--online-classifier', '--resume', `simsiam poly target -1, two processes/${middle}`],
  'simsiam log_2': [...pretrain, ...log2],
  'byol mlp': [...byol, ...mlp, ...classifiers, ...often],
  'byol mlp, resumed': [...byol, ...mlp, ...classifiers, '--resume', `byol mlp/${middle}`],
  'byol mlp bf16': [...byol, ...mlp, ...bf16],
  'byol poly target -1': [...byol, ...target, '--knn-every', '1'],
  'byol poly online 1 bf16, two processes': [...byol, ...online, ...bf16, ...two],
  'lincls lars': [...linear, ...on, '--lars', ...often.slice(0, 2)],
  'lincls lars bf16': [...linear, '--pretrained', 'simsiam mlp bf16/checkpoint_0000.pth.tar', '--lars', ...bf16],
  'lincls lars, two processes': [...linear, ...on, '--lars', ...two],
  'lincls sgd': [...linear, ...on, '--schedule', 'step', '--lr-steps', '1'],
  'lincls sgd, resumed': [...linear, ...on, '--epochs', '3', '--resume', 'lincls sgd/checkpoint.pth.tar'],
  'lincls evaluate': [...linear, '--evaluate', '--resume', 'lincls lars/model_best.pth.tar'],
};

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'rdm-identical-')));
process.on('exit', () => flags.keep || rmSync(scratch, { recursive: true, force: true }));
const data = join(scratch, 'data');
const builds = positionals.map((checkout, index) => ({
  checkout: resolve(checkout),
  folder: join(scratch, 'AB'[index]),
}));
for (const { folder } of builds) mkdirSync(folder);

const rdm = ({ checkout, folder }, args) =>
  spawnSync(process.execPath, [join(checkout, 'bin/rdm.js'), ...args], { cwd: folder, encoding: 'utf8' });

/** A run's name is its folder; paths on its line are relative, and so the same in both builds. Says why it failed. */
function train(build, name) {
  const { status, stderr } = rdm(build, [...runs[name], '--output', name, '../data']);
  return status === 0 ? undefined : `exit code ${status} of ${build.checkout}: ${stderr.trim().split('\n').at(-1)}`;
}

const hashes = `
  import { pathToFileURL } from 'node:url';
  const [library, ...files] = process.argv.slice(1);
  const { hashTensors, inspectCheckpoint } = await import(pathToFileURL(library).href);
  for (const file of files) {
    const [tensors, { tensors: shapes, ...record }] = [await hashTensors(file), await inspectCheckpoint(file)];
    console.log(JSON.stringify({ tensors, record }));
  }`;

/** What a run left, as facts in an order that does not depend on time: [where, key, value]. */
function factsOf({ checkout, folder }, name) {
  const files = readdirSync(join(folder, name)).filter((file) => file.endsWith('.pth.tar') && isCertain(file)).sort();
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', hashes, join(checkout, 'dist/index.js'), ...files.map((file) => join(name, file))],
    { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const checkpoints = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  if (checkpoints.length !== files.length) throw new Error(stderr);
  const events = eventsOf(join(folder, name, 'events.jsonl'));
  const facts = [
    ...files.map((file) => ['folder', file, 'there']),
    ...events.flatMap((event, index) => flat(event, event.type).map((fact) => [`event ${index}`, ...fact])),
    ...checkpoints.flatMap(({ tensors, record }, index) => [
      ...tensors.map(({ name, sha256 }) => [files[index], name, sha256]),
      ...flat(record, 'record').map((fact) => [files[index], ...fact]),
    ]),
  ];
  return { checkpoints: files.length, events: events.length, facts };
}

/** Of the saves in mid-epoch, the first: one that finds the disk busy with the last is left out. */
const isCertain = (path) => !/-\d{6}\.pth/.test(path) || path.endsWith(middle);

const isTime = (key) => key === 'time' || key === 'imagesPerSecond' || /seconds$/i.test(key);

/** That a file was written is told when it was, between any two steps: those events come last. */
function eventsOf(file) {
  if (!existsSync(file)) return [];
  const events = readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const told = (event) => event.type === 'checkpoint';
  return [...events.filter((event) => !told(event)), ...events.filter((event) => told(event) && isCertain(event.path))];
}

/** { a: { b: 1 } } → [['prefix.a.b', 1]], in the order of the keys, without times and the build's own folder. */
function flat(value, prefix) {
  if (value === null || typeof value !== 'object') {
    const text = JSON.stringify(value);
    return [[prefix, builds.reduce((rest, { folder }) => rest.replaceAll(folder, 'BUILD'), text)]];
  }
  const entries = Object.entries(value).filter(([key]) => !isTime(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.flatMap(([key, inner]) => flat(inner, `${prefix}.${key}`));
}

const expectations = flags.expect.map((text) => {
  const colon = text.indexOf(':');
  return { run: text.slice(0, colon), key: text.slice(colon + 1) };
});
const covers = ({ run, key }, name, found) =>
  (run === '*' || run === name) && (found === key || found.startsWith(`${key}.`));

/** The first fact in which they differ, or none; and the expected keys that do. */
function compare(name, [a, b]) {
  const of = (facts, expectation) => facts.filter(([, key]) => covers(expectation, name, key));
  const meant = expectations
    .filter((one) => JSON.stringify(of(a.facts, one)) !== JSON.stringify(of(b.facts, one)))
    .map(({ key }) => key);
  const rest = ({ facts }) => facts.filter(([, key]) => !expectations.some((one) => covers(one, name, key)));
  const [left, right] = [rest(a), rest(b)];
  const at = left.concat(right.slice(left.length)).findIndex((_, i) => String(left[i]) !== String(right[i]));
  return { expected: meant, different: at < 0 ? null : tell(left[at], right[at]) };
}

function tell(a, b) {
  const [where, key] = a ?? b;
  const same = a && b && a[0] === b[0] && a[1] === b[1];
  if (same) return `${where}, ${key}: ${a[2]} / ${b[2]}`;
  return `${where}: ${a ? `${a[1]} = ${a[2]}` : 'nothing'} / ${b ? `${b[0]}, ${b[1]} = ${b[2]}` : 'nothing'}`;
}

/** Trains it with both builds. A run that fails in both proves nothing, and so is no equal one. */
function examine(name) {
  const [failure] = builds.map((build) => train(build, name)).filter(Boolean);
  if (failure) return { name, checkpoints: 0, events: 0, expected: [], different: failure };
  const sides = builds.map((build) => factsOf(build, name));
  const [{ checkpoints, events }] = sides;
  if (events === 0) throw new Error(`${name}: no events to compare`);
  return { name, checkpoints, events, ...compare(name, sides) };
}

/** A run that starts from another's file needs that one, too. */
const startsFrom = (name) =>
  Object.keys(runs).filter((other) => runs[name].some((word) => word.startsWith(`${other}/`)));
const withEarlier = (name) => [...startsFrom(name).flatMap(withEarlier), name];
const needed = new Set(Object.keys(runs).flatMap(startsFrom));
const wanted = new Set(Object.keys(runs).filter((name) => name.includes(flags.only)).flatMap(withEarlier));
if (wanted.size === 0) {
  console.error(`no run's name holds '${flags.only}'; there are: ${Object.keys(runs).join('; ')}`);
  process.exit(2);
}

const made = rdm(builds[0], ['data', 'synthesize', data, '--train-per-class', '8', '--val-per-class', '4', '--size', '40']);
if (made.status !== 0) throw new Error(made.stderr);

console.log('| run | checkpoints | events | |');
console.log('| --- | --- | --- | --- |');
const results = [];
for (const name of Object.keys(runs).filter((name) => wanted.has(name))) {
  const result = examine(name);
  const { checkpoints, events, expected, different } = result;
  const listed = expected.length > 0 ? `, but as expected for ${expected.join(', ')}` : '';
  if (!flags.keep && !needed.has(name)) for (const { folder } of builds) rmSync(join(folder, name), { recursive: true, force: true });
  console.log(`| ${name} | ${checkpoints} | ${events} | ${different ?? `equal${listed}`} |`);
  results.push(result);
}
const differ = results.filter(({ different }) => different);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(JSON.stringify({
  identical: {
    runs: results.length,
    equal: results.length - differ.length,
    checkpoints: sum('checkpoints'),
    events: sum('events'),
    expected: results.flatMap(({ name, expected }) => expected.map((key) => `${name}:${key}`)),
    different: differ.map(({ name, different }) => ({ run: name, first: different })),
  },
}));
process.exitCode = differ.length === 0 ? 0 : 1;
