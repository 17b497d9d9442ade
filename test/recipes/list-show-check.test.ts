// rdm recipes: the list, one shown whole, and what a check finds.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { checkRecipe, loadRecipe, type Recipe, recipes } from 'rdm-ssl';
import { resolveLincls, resolvePretrain } from '../../dist/options/runs.js';
import { flagSchemas } from '../../dist/recipes/schema.js';
import { scratch } from '../support/folders.js';
import { rdmHere } from '../support/rdm.js';

const noAddon = { env: { RDM_ADDON: '/nowhere/rdm.node' } };

async function output(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await rdmHere(['recipes', ...args], noAddon);
  assert.equal(code, 0, stderr);
  return stdout;
}

test('the list has a line for each recipe: its name and what it reproduces', async () => {
  const lines = (await output()).trimEnd().split('\n');
  const known = await recipes();
  assert.equal(lines.length, known.length);
  const line = 'cifar/rdmsimsiam            bash_files/pretrain/cifar/rdmsimsiam.sh cifar10 400';
  assert.ok(lines.some((found) => found.startsWith(line)));
  assert.deepEqual(JSON.parse(await output('list', '--json')), known);
});

const resolved = (recipe: Recipe) =>
  recipe.command === 'pretrain'
    ? resolvePretrain({ ...recipe.options, data: '.' })
    : resolveLincls({ ...recipe.options, data: '.' });

/** They have no default, or are taken from a checkpoint. */
const unset = [
  ...['seed', 'gpu', 'resume', 'classes', 'labels', 'val', 'pretrained', 'mean', 'std', 'mlflow'],
  ...['init', 'final-weight-decay'],
];
const checkpoints = ['arch', 'stem', 'stem-padding', 'patch-size', 'crop-size', 'val-resize'];

test('a recipe that is shown has every flag, and is a recipe of the same run', async () => {
  for (const { name, command } of await recipes()) {
    const path = join(scratch(), 'shown.yaml');
    const text = await output('show', name);
    writeFileSync(path, text);
    assert.deepEqual(resolved(await loadRecipe(path)), resolved(await loadRecipe(name)));
    const multiCrop = name.endsWith('-multicrop');
    const left = [
      ...(command === 'pretrain' ? unset : [...unset, ...checkpoints]),
      ...(multiCrop ? [] : ['crops']),
    ];
    const names = [...text.matchAll(/^ {2}([a-z-]+): /gm)].map((match) => match[1] ?? '');
    const all = Object.keys(flagSchemas[command].shape).filter((flag) => !left.includes(flag));
    assert.deepEqual(names.sort(), all.sort());
  }
});

test('a recipe is shown in the groups of --help, or as JSON', async () => {
  const text = await output('show', 'cifar/rdmbyol');
  assert.ok(
    text.startsWith('# cifar/rdmbyol, with every flag\ndescription: RDM_BYOL, ResNet-18, CIFAR\n'),
  );
  assert.match(
    text,
    /\nflags:\n {2}# Model\n {2}arch: resnet18\n {2}stem: cifar\n {2}stem-padding: 2\n {2}patch-size: 16\n\n/,
  );
  assert.match(text, /\n {2}jitter: \[0.4, 0.4, 0.2, 0.1\]\n/);
  assert.match(text, /\n {2}flip-prob: 0.5\n/);
  const { name, command, flags } = JSON.parse(await output('show', 'cifar/rdmbyol', '--json')) as {
    name: string;
    command: string;
    flags: Record<string, unknown>;
  };
  assert.deepEqual([name, command], ['cifar/rdmbyol', 'pretrain']);
  assert.deepEqual(flags['solarize-prob'], [0, 0.2]);
  assert.equal(flags.workers, 32);
});

test('each recipe as published gives no warning', async () => {
  for (const { name } of await recipes()) {
    const findings = checkRecipe(await loadRecipe(name));
    assert.ok(findings.length > 0);
    assert.deepEqual(
      findings.filter(({ level }) => level === 'warning'),
      [],
      name,
    );
  }
});

const found: [line: string, finding: RegExp][] = [
  ['cifar/rdmsimsiam', /^ok +learning rate 0.5 \(0.5 for 256 images, 256 in a step\)$/m],
  ['cifar/rdmsimsiam -b 512', /^note +learning rate 1 .*; the recipe has 0.5 and 256 images$/m],
  ['cifar/rdmsimsiam -b 512 --accumulate 8', /^warning +learning rate 8 .* probably diverge$/m],
  ['cifar/simsiam --lr 1e-4', /^warning +learning rate 0.0001 .* hardly move$/m],
  ['cifar/simsiam', /^ok +the loss is the mean of its two terms/m],
  ['cifar/byol', /^ok +the loss is the sum .* 4 times .*, which lars scales away$/m],
  ['cifar/byol --optimizer sgd', /^note +the loss is the sum .*, as if its rate were 4$/m],
  ['cifar/simsiam', /^ok +a learnable predictor of 512$/m],
  [
    'cifar/dino --pred-type poly --pred-location target --sigma -1',
    /^ok +poly -1 on the target is high-pass$/m,
  ],
  [
    'cifar/swav-multicrop',
    /^ok +2 crops of 32 pixels are targets, 6 of 18 only predict: 1.95 times the pixels of two$/m,
  ],
  ['cifar/simsiam --no-fix-pred-lr', /^note +the predictor's rate falls .*--fix-pred-lr$/m],
  ['cifar/rdmsimsiam', /^ok +poly -1 on the target is high-pass$/m],
  [
    'cifar/rdmsimsiam --sigma 1',
    /^warning +poly 1 on the target is low-pass: against the theory; take -1/m,
  ],
  [
    'cifar/rdmsimsiam --pred-location online',
    /^warning +poly -1 on the online branch is high-pass: against/m,
  ],
  [
    'cifar/rdmsimsiam --pred-location online --sigma 0.5',
    /^ok +poly 0.5 on the online branch is low-pass$/m,
  ],
  ['cifar/rdmsimsiam --sigma 0', /^warning +poly 0 on the target filters nothing/m],
  [
    'imagenet/grid --pred-location online --pred-type log_1',
    /^ok +log_1 on the online branch is low-pass$/m,
  ],
  ['imagenet100/byol', /^note +batch norms and filters see 256 images; .* processes/m],
  ['cifar/byol --accumulate 2 --lr 0.5', /^note .* see 256 images, not of the 512 of a step;/m],
  ['cifar/byol', /^ok +tau goes from 0.99 to 1 in 1000 epochs \(195000 steps on cifar10\)$/m],
  [
    'cifar/byol --epochs 100',
    /^warning +tau .* in 100 epochs .*, in 1000 of the recipe: .* sooner$/m,
  ],
  [
    'cifar/byol --base-tau 1 --final-tau 0.9',
    /^warning +tau goes from 1 to 0.9 .* faster and faster$/m,
  ],
  ['cifar/rdmsimsiam', /^ok +a warm-up of 10 of 400 epochs$/m],
  ['cifar/rdmsimsiam --epochs 10', /^warning +a warm-up of 10 of 10 epochs: the rate never gets/m],
  ['cifar/rdmsimsiam --epochs 100', /^note +100 epochs, where the recipe has 400$/m],
  ['imagenet/grid', /^ok +the rate falls from the first epoch on, without a warm-up$/m],
  ['linear/imagenet', /^note +LARC sets the rate of each tensor/m],
  ['linear/imagenet100-byol', /^ok +the rate falls to a tenth at epochs 60, 80 of 100$/m],
  ['linear/imagenet100-byol --epochs 70', /^warning +the rate falls to a tenth at .*: too late$/m],
  ['cifar/rdmsimsiam DIR', /^ok +learning rate/m],
];

for (const [line, finding] of found) {
  test(`rdm recipes check ${line}`, async () => {
    assert.match(await output('check', ...line.split(' ')), finding);
  });
}

test('a command of recipes that is none is refused with the one that is meant', async () => {
  for (const [name, meant] of [
    ['shwo', 'show'],
    ['lsit', 'list'],
    ['chekc', 'check'],
  ] as const) {
    const { code, stderr } = await rdmHere(['recipes', name, 'cifar/byol'], noAddon);
    assert.equal(code, 2);
    assert.ok(
      stderr.startsWith(`rdm: unknown command '${name}'\n     did you mean ${meant}?\n`),
      stderr,
    );
  }
  const { code, stderr } = await rdmHere(['recipes', 'cifar/byol'], noAddon);
  assert.equal(code, 2);
  assert.doesNotMatch(stderr, /did you mean/);
});

const wrong: [line: string, code: number, text: RegExp][] = [
  [
    'cifar/byol --no-online-classifier',
    1,
    /^error +--momentum-classifier goes with the online classifier, which is off\n +add --online/,
  ],
  [
    'cifar/boyl',
    1,
    /^error +no recipe 'cifar\/boyl'; did you mean 'cifar\/byol'\?\n +`rdm recipes/,
  ],
  ['cifar/byol --epohcs 3', 2, /^rdm: unknown option '--epohcs'\n +did you mean --epochs\?/],
];

for (const [line, expected, text] of wrong) {
  test(`rdm recipes check ${line}`, async () => {
    const { code, stdout, stderr } = await rdmHere(
      ['recipes', 'check', ...line.split(' ')],
      noAddon,
    );
    assert.match(stdout + stderr, text);
    assert.equal(code, expected);
  });
}
