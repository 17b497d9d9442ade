// The command line where no addon is needed: help, version, wrong usage, exit codes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { scratch } from '../support/folders.js';
import { bin, rdm, root, run } from '../support/rdm.js';

const noAddon = { env: { RDM_ADDON: '/nowhere/rdm.node' } };

test('--help and --version need no addon', async () => {
  const help = await rdm(['--help'], noAddon);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /pretrain .*\n.*lincls/);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  assert.deepEqual(await rdm(['--version'], noAddon), {
    code: 0,
    signal: null,
    stdout: `${version}\n`,
    stderr: '',
  });
});

test('help comes in groups and with examples', async () => {
  const { stdout } = await rdm(['pretrain', '--help'], noAddon);
  for (const heading of ['Model:', 'Rank differential mechanism:', 'Training:', 'Examples:']) {
    assert.ok(stdout.includes(`\n${heading}\n`), heading);
  }
});

test('without an addon, a run says how to build it', async () => {
  const { code, stdout, stderr } = await rdm(['pretrain', 'images'], noAddon);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^rdm: the native addon is not built: no \/nowhere\/rdm.node\n.*npm run setup/,
  );
});

test('an addon that does not load says why and what to do', async () => {
  const broken = join(scratch(), 'rdm.node');
  writeFileSync(broken, 'not a library');
  const { code, stderr } = await rdm(['pretrain', 'images'], { env: { RDM_ADDON: broken } });
  assert.equal(code, 1);
  assert.match(stderr, /^rdm: the native addon does not load: .*\n.*npm run setup/);
});

test('an addon whose LibTorch is gone, or another, names the library or what it lacks', async () => {
  const folder = scratch();
  const link = (output: string, source: string, ...flags: string[]) => {
    writeFileSync(join(folder, 'source.c'), source);
    const args = ['-shared', '-fPIC', '-o', output, 'source.c', ...flags];
    execFileSync('cc', args, { cwd: folder });
  };
  const started = async () =>
    (await rdm(['pretrain', 'images'], { env: { RDM_ADDON: addon } })).stderr;
  const addon = join(folder, 'rdm.node');
  link('libtorch.so', 'int at_version;');
  link(
    addon,
    'extern int at_version; int *used = &at_version;',
    '-L.',
    '-ltorch',
    `-Wl,-rpath,${folder}`,
  );
  link('libtorch.so', 'int other;');
  assert.match(
    await started(),
    /^rdm: the native addon does not load: .*undefined symbol: at_version\n +build it with `npm run setup`/,
  );
  rmSync(join(folder, 'libtorch.so'));
  assert.match(
    await started(),
    /^rdm: the native addon does not load: libtorch\.so: cannot open shared object file: .*\n +build it/,
  );
});

const wrong: [args: string[], stderr: RegExp][] = [
  [[], /^Usage: rdm/],
  [['pretrian'], /^rdm: unknown command 'pretrian'\n +did you mean pretrain\?\n/],
  [['pretrain'], /^rdm: missing required argument 'place'\n +rdm <command> --help shows its flags/],
  [
    ['pretrain', '--batchsize', '2', 'x'],
    /^rdm: unknown option '--batchsize'\n +did you mean --batch-size\?\n/,
  ],
  [
    ['pretrain', '--sigma', 'abc', 'x'],
    /^rdm: option '--sigma <power>' argument 'abc' is invalid. It must be a number/,
  ],
  [['pretrain', '-b', '1e3', 'x'], /'1e3' is invalid. It must be a whole number/],
  [
    ['pretrain', '-b', '0', 'x'],
    /^rdm: --batch-size must be a whole number of at least 1, not 0\n$/,
  ],
  [['pretrain', '-a', 'vgg16', 'x'], /^rdm: unknown architecture 'vgg16'\n.*resnet18, resnet34/],
  [['pretrain', '--pred-type', 'exp', 'x'], /^rdm: unknown predictor type 'exp'\n.*mlp, poly, log/],
  [
    ['pretrain', '--pred-location', 'left', 'x'],
    /^rdm: unknown predictor location 'left'\n.*online, target/,
  ],
  [
    ['pretrain', '--pred-type', 'log', '--pred-location', 'target', 'x'],
    /^rdm: the log predictor has no place on the target\n.*poly/,
  ],
  [['inspect', 'a', 'b'], /^rdm: too many arguments for 'inspect'. Expected 1 .* got 2.\n/],
  [
    ['pretrain', '--decode', 'fst', 'x'],
    /^rdm: unknown decoding 'fst'\n +choose from: exact, fast/,
  ],
  [['data', 'fetc'], /^rdm: unknown command 'fetc'\n +did you mean fetch\?\n/],
  [['data', 'check', '-j', '0', 'x'], /^rdm: --workers must be a whole number of at least 1/],
  [['knn', '--k', '1,x', 'dir'], /^rdm: option '--k <n,n…>' argument '1,x' .* whole number/],
  [['knn', '--temperature', '0', 'dir'], /^rdm: --temperature must be a number above 0, not 0\n/],
  [['knn', '--distance', 'cos', 'dir'], /^rdm: unknown distance 'cos'\n.*cosine, euclidean/],
  [['knn'], /^rdm: no data folder was given\n/],
  [['lincls', '-e'], /^rdm: no data folder was given\n/],
];

for (const [args, stderr] of wrong) {
  test(`wrong usage: rdm ${args.join(' ')}`, async () => {
    const result = await rdm(args, noAddon);
    assert.match(result.stderr, stderr);
    assert.equal(result.code, 2);
    assert.equal(result.stdout, '');
  });
}

test("the reference's flags for one process are accepted", async () => {
  const flags = ['--world-size', '1', '--rank', '0', '--dist-url', 'tcp://localhost:10001'];
  const { stderr } = await rdm(['pretrain', ...flags, 'images'], noAddon);
  assert.match(stderr, /the native addon is not built/); // got as far as starting
});

test('a working folder that was removed is said', async () => {
  const gone = scratch();
  const removed = [
    '-c',
    'cd "$2" && rmdir "$2" && exec "$0" "$1" doctor',
    process.execPath,
    bin,
    gone,
  ];
  const { code, stderr } = await run('bash', removed);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    'rdm: the working folder was removed\n     change to a folder that is there\n',
  );
});

test('RDM_DEBUG adds the stack', async () => {
  const quiet = await rdm(['pretrain', 'images'], noAddon);
  assert.doesNotMatch(quiet.stderr, /\n\s+at /);
  const loud = await rdm(['pretrain', 'images'], { env: { ...noAddon.env, RDM_DEBUG: '1' } });
  assert.match(loud.stderr, /\n\s+at /);
});
