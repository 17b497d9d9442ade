// What can be wrong with a recipe, and what is said about it.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loadRecipe, RdmError } from 'rdm-ssl';
import { scratch } from '../support/folders.js';

/** What loadRecipe says of a file with this text, its path shortened. */
async function refusal(text: string): Promise<{ code: string; message: string; hint: string }> {
  const path = join(scratch(), 'mine.yaml');
  writeFileSync(path, text);
  try {
    await loadRecipe(path);
  } catch (error) {
    assert.ok(error instanceof RdmError, String(error));
    return {
      code: error.code,
      message: error.message.replace(path, 'mine.yaml'),
      hint: error.hint,
    };
  }
  assert.fail('it was accepted');
}

const recipe = (flags: string, command = 'pretrain') =>
  `description: mine\ncommand: ${command}\nflags: ${flags}\n`;

const wrong: [text: string, message: string | RegExp, hint?: RegExp][] = [
  [
    recipe('{ warmup-epoch: 10 }'),
    "mine.yaml: unknown flag 'warmup-epoch'; did you mean 'warmup-epochs'?",
    /rdm pretrain --help/,
  ],
  [recipe('{ lr: 0.1 }'), "mine.yaml: unknown flag 'lr'; did you mean 'learning-rate'?"],
  [recipe('{ world-size: 2 }'), "mine.yaml: unknown flag 'world-size'"],
  [recipe('{ method: byol }', 'lincls'), "mine.yaml: unknown flag 'method'", /rdm lincls --help/],
  [
    `${recipe('{}')}reproduce: it\n`,
    "mine.yaml: unknown key 'reproduce'; did you mean 'reproduces'?",
    /description, reproduces, command, flags/,
  ],
  [recipe('{ epochs: many }'), 'mine.yaml: epochs must be a whole number, not "many"'],
  [recipe('{ epochs: 1.5 }'), 'mine.yaml: epochs must be a whole number, not 1.5'],
  [recipe('{ sigma: [1] }'), 'mine.yaml: sigma must be a number, not [1]'],
  [recipe('{ fix-pred-lr: yes }'), 'mine.yaml: fix-pred-lr must be true or false, not "yes"'],
  [
    recipe('{ method: moco }'),
    'mine.yaml: method must be one of simsiam, byol, swav, dino, barlow, vicreg, not "moco"',
  ],
  [recipe('{ crop-scale: 0.2 }'), 'mine.yaml: crop-scale must be a list of 2 numbers, not 0.2'],
  [
    recipe('{ jitter: [0.4, 0.4, 0.4] }'),
    'mine.yaml: jitter must be a list of 4 numbers, not [0.4,0.4,0.4]',
  ],
  [
    recipe('{ blur-prob: [1, 0, 0, 0] }'),
    'mine.yaml: blur-prob must be a number for all views, or a list: for each large crop, and for small ones, not [1,0,0,0]',
  ],
  [recipe('{ lr-steps: 60 }', 'lincls'), 'mine.yaml: lr-steps must be a list of epochs, not 60'],
  [
    recipe('{ batch-size: 0 }'),
    'mine.yaml: --batch-size must be a whole number of at least 1, not 0',
  ],
  [
    recipe('{ momentum-classifier: true }'),
    'mine.yaml: --momentum-classifier has nothing to look at: simsiam has no momentum network',
    /--method byol/,
  ],
  [recipe('{}', 'knn'), 'mine.yaml: command must be pretrain or lincls, not "knn"'],
  [
    'description: mine\ncommand: pretrain\n',
    'mine.yaml: flags is missing; it must be keys with values',
  ],
  ['command: pretrain\nflags: {}\n', 'mine.yaml: description is missing; it must be a text'],
  ['- 1\n', 'mine.yaml: a recipe must be keys with values, not [1]'],
  ['', 'mine.yaml: a recipe must be keys with values, not null'],
  [
    'description: mine\ncommand: pretrain\nflags:\n  epochs: 1\n  epochs: 2\n',
    'mine.yaml, line 5, column 3: Map keys must be unique',
  ],
  ['description: [mine\n', /^mine.yaml, line 2, column 1: Flow sequence/],
  [
    `a: &a [x, x]\n${Array.from({ length: 12 }, (_, i) => `b${i}: *a`).join('\n')}\n`,
    /^mine.yaml: .*alias/i,
  ],
  [recipe('{ epochs: *none }'), /^mine.yaml: .*alias.*none/],
  [
    'description: mine\ncommand: pretrain\nflags: &all\n  arch: *all\n',
    'mine.yaml: an alias stands in what it names',
  ],
  [recipe('{ constructor: 1 }'), "mine.yaml: unknown flag 'constructor'"],
  [recipe('{ toString: 1 }'), "mine.yaml: unknown flag 'toString'"],
  [`${recipe('{}')}hasOwnProperty: 1\n`, "mine.yaml: unknown key 'hasOwnProperty'"],
  [
    `${'['.repeat(32_000)}${']'.repeat(32_000)}`,
    'mine.yaml, line 1: nested too deeply for a recipe',
  ],
  ['- '.repeat(32_000), 'mine.yaml, line 1: nested too deeply for a recipe'],
  [
    Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    /^mine.yaml, line \d+: nested too deeply for a recipe$/,
  ],
  ['command: "\\e[2J"\n"\\e[3J": 1\n', /^mine.yaml: command must be \P{Cc}*$/u],
  [recipe(`{ method: ${'x'.repeat(5000)} }`), /^mine.yaml: method must be .{400,500}…$/],
  [`# ${'x'.repeat(70_000)}\n${recipe('{}')}`, 'mine.yaml: 70049 bytes are too many for a recipe'],
];

for (const [text, message, hint = /^|./] of wrong) {
  test(`says: ${message}`, async () => {
    const error = await refusal(text);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    assert.match(error.hint, hint);
    assert.equal(error.code, 'bad_recipe');
  });
}

test('a file that is not there is named', async () => {
  await assert.rejects(
    loadRecipe('nowhere/mine.yaml'),
    /^RdmError: cannot read nowhere\/mine.yaml:/,
  );
});

test('what is no file is not waited for', async () => {
  const folder = join(scratch(), 'folder.yaml');
  mkdirSync(folder);
  await assert.rejects(loadRecipe(folder), { message: `cannot read ${folder}: it is not a file` });
});

test('a misspelt name is answered with the nearest', async () => {
  const load = loadRecipe('cifar/rdmsimsam');
  await assert.rejects(load, (error) => {
    assert.ok(error instanceof RdmError);
    assert.equal(error.code, 'usage');
    assert.equal(error.message, "no recipe 'cifar/rdmsimsam'; did you mean 'cifar/rdmsimsiam'?");
    assert.match(error.hint, /rdm recipes/);
    return true;
  });
});

test('a recipe of another command is refused', async () => {
  await assert.rejects(
    loadRecipe('linear/imagenet', 'pretrain'),
    /the recipe linear\/imagenet is one of rdm lincls, not of rdm pretrain/,
  );
});
