// npm run fuzz [-- READER…] [-- --seconds N]: the readers of files under a coverage-guided fuzzer,
// one after the other, N seconds each. Prints a table and a line of JSON. Inputs that reached new code
// are kept in build-fuzz/found/READER, those that a reader broke on in build-fuzz/crashes/READER; --keep
// puts some of those into test/fuzz/corpus/READER, a few KB for each reader.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '300' }, keep: { type: 'boolean' } },
  allowPositionals: true,
});

// The target of test/fuzz, and the folder with files to start from where there is one.
const image = (extension) => ({ target: 'image', folder: 'test/images', files: extension });
const readers = {
  pickle: { target: 'pickle', folder: 'test/checkpoints', files: /\.pkl$/ },
  zip: { target: 'file', folder: 'test/checkpoints', files: /^[a-z]+\.pth$/ },
  legacy: { target: 'file', folder: 'test/checkpoints', files: /\.legacy\.pth$/ },
  safetensors: { target: 'file' },
  checkpoint: { target: 'checkpoint' },
  record: { target: 'record' },
  jpeg: image(/\.jpg$/),
  png: image(/\.png$/),
  webp: image(/\.webp$/),
  tiff: image(/\.tiff$/),
  bmp: image(/\.bmp$/),
  pnm: image(/\.pnm$/),
  cifar: { target: 'cifar', folder: 'test/images/cifar/cifar-100-binary', files: /^train/ },
  cifar_pickle: {
    target: 'cifar_pickle',
    folder: 'test/images/cifar/cifar-100-python',
    files: /^train$/,
  },
  classes: { target: 'classes' },
  shard: { target: 'shard' },
  shard_index: { target: 'shard_index' },
  list: { target: 'list' },
  table: { target: 'table' },
  recipe: { script: 'test/fuzz/recipe.mjs', folder: 'recipes/cifar', files: /\.yaml$/ },
};
const maxKeptBytes = 6000; // of a reader's corpus in the repository
const maxKeptFiles = 40;
const maxCrashes = 20; // then a reader is given up

const program = (name) => `build-fuzz/test/fuzz/rdm_fuzz_${readers[name].target}`;
const folderOf = (kind, name) => join('build-fuzz', kind, name);

const names = positionals.length > 0 ? positionals : Object.keys(readers);
const unknown = names.find((name) => !(name in readers));
if (unknown) {
  console.error(`fuzz: no reader '${unknown}'; there are ${Object.keys(readers).join(', ')}`);
  process.exit(2);
}

const targets = names.map((name) => readers[name].target).filter((target) => target);
if (targets.length > 0) build([...new Set(targets)].map((target) => `rdm_fuzz_${target}`));
if (names.includes('recipe')) run('scripts/setup', ['typescript']);
const widths = [9, 13, 8, 8, 9];
const row = (name, cells) =>
  console.log(name.padEnd(14) + cells.map((cell, i) => String(cell).padStart(widths[i])).join(''));
row('reader', ['seconds', 'executions', 'edges', 'new', 'crashes']);
const results = [];
for (const name of names) {
  const result = { reader: name, ...fuzz(name) };
  results.push(result);
  row(name, Object.values(result).slice(1));
  if (values.keep && !readers[name].script) keep(name);
}
console.log(JSON.stringify({ fuzz: results }));
process.exitCode = results.some((result) => result.crashes > 0) ? 1 : 0;

function build(targets) {
  if (!existsSync('build-fuzz/CMakeCache.txt')) {
    const compiler = ['clang++', 'clang++-19'].find(
      (name) => spawnSync(name, ['--version']).status === 0,
    );
    if (!compiler) fail('clang is missing', 'Debian, Ubuntu:  sudo apt-get install clang-19');
    const options = ['-DRDM_FUZZ=ON', '-DBUILD_TESTING=OFF', '-DCMAKE_BUILD_TYPE=RelWithDebInfo'];
    const generator = ['-G', 'Ninja'];
    const compile = `-DCMAKE_CXX_COMPILER=${compiler}`;
    run('cmake', ['-S', '.', '-B', 'build-fuzz', ...generator, compile, ...options]);
  }
  run('cmake', ['--build', 'build-fuzz', '--target', ...targets]);
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) fail(`${command} failed`, `${stdout}${stderr}`);
}

function fail(what, more) {
  console.error(`fuzz: ${what}\n${more}`);
  process.exit(1);
}

function fuzz(name) {
  prepare(name);
  const begin = Date.now();
  const elapsed = () => Math.round((Date.now() - begin) / 1000);
  const total = { seconds: 0, executions: 0, edges: 0, new: 0, crashes: 0 };
  let first;
  if (readers[name].script) return { ...total, ...fuzzScript(name), seconds: elapsed() };
  // A crash ends the fuzzer; it is started again for the time that is left.
  while (elapsed() < Number(values.seconds) && total.crashes < maxCrashes) {
    const { status, stderr } = spawnSync(
      program(name),
      [
        `-max_total_time=${Number(values.seconds) - elapsed()}`,
        `-artifact_prefix=${folderOf('crashes', name)}/`,
        ...['-timeout=60', '-rss_limit_mb=1024', '-max_len=8192', '-print_final_stats=1'],
        ...[folderOf('found', name), folderOf('seeds', name)],
      ],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    const last = (pattern) => Number([...stderr.matchAll(pattern)].at(-1)?.[1] ?? 0);
    total.executions += last(/number_of_executed_units: (\d+)/g);
    total.edges = Math.max(total.edges, last(/ cov: (\d+)/g));
    first ??= Number(/INITED cov: (\d+)/.exec(stderr)?.[1] ?? 0);
    if (status !== 0) total.crashes += 1;
  }
  return { ...total, seconds: elapsed(), new: total.edges - first };
}

/** A fuzzer of our own, in JavaScript. */
function fuzzScript(name) {
  const folders = ['found', 'crashes', 'seeds'].map((kind) => folderOf(kind, name));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [readers[name].script, values.seconds, ...folders],
    { encoding: 'utf8' },
  );
  if (status !== 0) fail(`${name} ended its fuzzer`, stderr);
  return JSON.parse(stdout);
}

/** Fresh folders but for what was found before. */
function prepare(name) {
  for (const kind of ['seeds', 'crashes']) {
    rmSync(folderOf(kind, name), { recursive: true, force: true });
  }
  for (const kind of ['seeds', 'crashes', 'found']) {
    mkdirSync(folderOf(kind, name), { recursive: true });
  }
  const { folder, files } = readers[name];
  const seeds = [...list(folder, files), ...list(join('test/fuzz/corpus', name), /./)];
  for (const [i, path] of seeds.entries())
    copyFileSync(path, join(folderOf('seeds', name), `${i}`));
}

function list(folder, pattern) {
  if (!folder || !existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => pattern.test(name));
  return names.sort().map((name) => join(folder, name));
}

/** The fuzzer chooses the inputs that reach everything; some of all sizes are kept. */
function keep(name) {
  const chosen = folderOf('chosen', name);
  const corpus = join('test/fuzz/corpus', name);
  for (const folder of [chosen, corpus]) rmSync(folder, { recursive: true, force: true });
  for (const folder of [chosen, corpus]) mkdirSync(folder, { recursive: true });
  run(program(name), ['-merge=1', chosen, folderOf('seeds', name), folderOf('found', name)]);
  const bySize = list(chosen, /./).sort((a, b) => statSync(a).size - statSync(b).size);
  const step = Math.ceil(bySize.length / maxKeptFiles);
  let bytes = 0;
  for (const path of bySize.filter((_, i) => i % step === 0)) {
    bytes += statSync(path).size;
    if (bytes > maxKeptBytes) break;
    copyFileSync(path, join(corpus, path.split('/').at(-1).slice(0, 12)));
  }
}
