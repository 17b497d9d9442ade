// --recipe: a flag on the line wins over the recipe, and the recipe over a default.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { commandAt } from '../support/commands.js';
import { scratch } from '../support/folders.js';
import { rdm, rdmHere } from '../support/rdm.js';

const noAddon = { env: { RDM_ADDON: '/nowhere/rdm.node' } };

/** The flags that a run would have. */
async function flags(...line: string[]): Promise<Record<string, unknown>> {
  const command = commandAt('pretrain').action(() => {});
  await command.parseAsync([...line, 'DIR'], { from: 'user' });
  return command.opts();
}

test('the recipe wins over the defaults, the line over the recipe', async () => {
  const recipe = ['--recipe', 'cifar/rdmsimsiam'];
  const given = await flags(...recipe, '--dataset', 'cifar100', '--sigma', '-0.5', '-b', '128');
  assert.equal(given.learningRate, 0.5); // of the recipe
  assert.equal(given.arch, 'resnet18');
  assert.equal(given.workers, 32); // a default
  assert.equal(given.dataset, 'cifar100'); // of the line
  assert.equal(given.sigma, -0.5);
  assert.equal(given.batchSize, 128);
});

test('a flag on the line wins also where it repeats the default', async () => {
  const given = await flags('--recipe', 'cifar/byol', '--schedule', 'cosine', '--lr', '0.05');
  assert.equal(given.schedule, 'cosine');
  assert.equal(given.learningRate, 0.05);
});

test('what a recipe switches on, the line switches off', async () => {
  assert.equal((await flags('--recipe', 'cifar/byol')).momentumClassifier, true);
  const off = await flags('--recipe', 'cifar/byol', '--no-momentum-classifier');
  assert.equal(off.momentumClassifier, false);
  assert.equal(off.onlineClassifier, true);
});

test("a user's own file is a recipe too", async () => {
  const path = join(scratch(), 'mine.yaml');
  writeFileSync(
    path,
    'description: mine\ncommand: pretrain\nflags:\n  sigma: 2\n  blur-prob: 0.25\n',
  );
  const { sigma, blurProb } = await flags('--recipe', path, '--pred-type', 'poly');
  assert.deepEqual({ sigma, blurProb }, { sigma: 2, blurProb: [0.25, 0.25] });
});

test('a recipe with flags of its own on the line gets as far as starting', async () => {
  const example = '--recipe cifar/rdmsimsiam --dataset cifar10 --epochs 400';
  const filter = '--pred-type poly --pred-location target --sigma -1';
  const args = ['pretrain', ...example.split(' '), ...filter.split(' '), 'DIR'];
  const { code, stderr } = await rdmHere(args, noAddon);
  assert.match(stderr, /^rdm: the native addon is not built/);
  assert.equal(code, 1);
});

const refused: [args: string[], code: number, stderr: RegExp][] = [
  [
    ['lincls', '--recipe', 'cifar/byol', 'x'],
    2,
    /^rdm: the recipe cifar\/byol is one of rdm pretrain/,
  ],
  [
    ['pretrain', '--recipe', 'cifar/boyl', 'x'],
    2,
    /^rdm: no recipe .*mean 'cifar\/byol'\?\n +`rdm recipes/,
  ],
  [['pretrain', '--recipe', 'nowhere.yaml', 'x'], 1, /^rdm: cannot read nowhere.yaml: ENOENT/],
];

for (const [args, code, stderr] of refused) {
  test(`refuses: rdm ${args.join(' ')}`, async () => {
    const result = await rdmHere(args, noAddon);
    assert.match(result.stderr, stderr);
    assert.equal(result.code, code);
  });
}

/** Says on stderr which of the readers of recipes is loaded. */
const loader = `
  export async function resolve(name, context, next) {
    if (/^(zod|yaml|fastest-levenshtein)$/.test(name)) {
      (await import('node:fs')).writeSync(2, 'loaded ' + name + '\\n');
    }
    return next(name, context);
  }`;
const watched = `
  import { register } from 'node:module';
  register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(loader)}`)});`;

test('YAML, schema and nearest name load where a recipe is read, and nowhere else', async () => {
  const option = `--import=data:text/javascript,${encodeURIComponent(watched)}`;
  const env = { ...noAddon.env, NODE_OPTIONS: option };
  const help = await rdm(['pretrain', '--help'], { env });
  assert.equal(help.stderr, '');
  const run = await rdm(['pretrain', '--recipe', 'cifar/byol', 'x'], { env });
  const loaded = run.stderr.match(/^loaded .*$/gm) ?? [];
  const names = ['loaded fastest-levenshtein', 'loaded yaml', 'loaded zod'];
  assert.deepEqual([...new Set(loaded)].sort(), names);
});
