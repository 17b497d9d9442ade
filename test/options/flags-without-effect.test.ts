// A flag that does nothing is refused with what it belongs to, or told where the reference's own lines have it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { longFlag, optionsOf } from 'rdm-ssl';
import { pretrainLine } from '../../dist/run/command-line.js';
import { commandAt } from '../support/commands.js';
import { rdmHere, root } from '../support/rdm.js';

const noAddon = { env: { RDM_ADDON: '/nowhere/rdm.node' } };

const refused: [line: string, message: string, hint: string][] = [
  ['pretrain --sigma 2', '--sigma has no effect with --pred-type mlp', '--pred-type poly'],
  ['pretrain --filter-solver svd', '--filter-solver has no effect with --pred-type mlp', 'poly'],
  ['pretrain --keep-null-space', '--keep-null-space has no effect with --pred-type mlp', 'poly'],
  [
    'pretrain --pred-type poly --sigma 1 --filter-source own',
    '--filter-source has no effect with --pred-location online',
    '--pred-location target',
  ],
  [
    'pretrain --warmup-epochs 3',
    '--warmup-epochs has no effect with --schedule cosine',
    '--schedule warmup-cosine',
  ],
  [
    'pretrain --warmup-start-lr 0.1',
    '--warmup-start-lr has no effect with --schedule cosine',
    '--schedule warmup-cosine',
  ],
  ['pretrain --lars-eta 0.1', '--lars-eta has no effect with --optimizer sgd', '--optimizer lars'],
  ['pretrain --base-tau 0.9', '--base-tau has no effect with --method simsiam', '--method byol'],
  ['pretrain --final-tau 0.9', '--final-tau has no effect with --method simsiam', '--method byol'],
  [
    'pretrain --method barlow --base-tau 0.9',
    '--base-tau has no effect with --method barlow',
    '--method byol',
  ],
  [
    'pretrain --method dino --queue-size 9',
    '--queue-size has no effect with --method dino',
    '--method swav',
  ],
  [
    'pretrain --method dino --pred-type poly --sigma 1 --teacher-temperature 0.05',
    '--teacher-temperature has no effect with --pred-type poly',
    '--pred-type mlp',
  ],
  ['pretrain --temperature 1', '--temperature has no effect with --method simsiam', 'swav'],
  [
    'pretrain --method swav --fix-pred-lr',
    '--fix-pred-lr has no effect with --method swav',
    '--method simsiam',
  ],
  [
    'pretrain --optimizer adamw --momentum 0.5',
    '--momentum has no effect with --optimizer adamw',
    '--optimizer sgd',
  ],
  [
    'pretrain --method dino --small-crop-scale 0.1,0.3',
    '--small-crop-scale has no effect without --crops',
    '--crops',
  ],
  [
    'pretrain --method dino --small-jitter 0,0,0,0',
    '--small-jitter has no effect without --crops',
    '--crops',
  ],
  ['pretrain --stem-padding 1', '--stem-padding has no effect with --stem imagenet', 'cifar'],
  ['pretrain --patch-size 4', '--patch-size has no effect with --arch resnet50', '--arch vit_tiny'],
  [
    'pretrain -a vit_tiny --stem cifar',
    '--stem has no effect with --arch vit_tiny',
    '--arch resnet18',
  ],
  [
    'pretrain -a vit_small --zero-init-residual',
    '--zero-init-residual has no effect with --arch vit_small',
    '--arch resnet18',
  ],
  [
    'knn -a vit_base --stem-padding 1',
    '--stem-padding has no effect with --arch vit_base',
    'resnet18',
  ],
  [
    'finetune c.pth -a vit_base --freeze-bn',
    '--freeze-bn has no effect with --arch vit_base',
    'resnet18',
  ],
  [
    'pretrain --classifier-lr 1',
    '--classifier-lr has no effect without --online-classifier',
    '--online-classifier',
  ],
  ['lincls --lr-steps 5', '--lr-steps has no effect with --schedule cosine', '--schedule step'],
  [
    'finetune x --optimizer adamw --momentum 0.5',
    '--momentum has no effect with --optimizer adamw',
    '--optimizer sgd',
  ],
  ['verify-resume --lars-eta 1', '--lars-eta has no effect with --optimizer sgd', 'lars'],
  // What a recipe has is not what the line says: of the two, the line is refused.
  [
    'pretrain --recipe cifar/rdmsimsiam --schedule cosine --warmup-epochs 3',
    '--warmup-epochs has no effect with --schedule cosine',
    '--schedule warmup-cosine',
  ],
  ['pretrain --pred-type poly', '--pred-type poly needs --sigma', '--sigma -1'],
  ['pretrain --pred-type poly --pred-location target', '--pred-type poly needs --sigma', '-1'],
];

for (const [line, message, hint] of refused) {
  test(`refuses ${line}`, async () => {
    const { code, stdout, stderr } = await rdmHere([...line.split(' '), 'DIR'], noAddon);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    const [first, second = ''] = stderr.split('\n');
    assert.equal(first, `rdm: ${message}`);
    assert.ok(second.includes(hint), second);
  });
}

test('an empty value is that of a variable that is not set', async () => {
  for (const [command, flag] of [
    ['lincls', '--pretrained'],
    ['knn', '--pretrained'],
    ['pretrain', '--resume'],
    ['pretrain', '--output'],
    ['pretrain', '--recipe'],
    ['lincls', '--recipe'],
    ['report', '--html'],
    ['map', '--png'],
  ] as const) {
    const { code, stderr } = await rdmHere([command, flag, '', 'DIR'], noAddon);
    assert.match(stderr, new RegExp(`^rdm: ${flag} is empty\n.*variable`));
    assert.equal(code, 2);
  }
});

const runs = [
  'pretrain',
  'pretrain --pred-type poly --sigma 0', // said, it is the negative control
  'pretrain --pred-location online',
  'pretrain --optimizer lars --lars-eta 0.1',
  'pretrain --method byol --base-tau 0.9',
  'pretrain --online-classifier --classifier-lr 1',
  // The line takes back what the recipe's other flags go with.
  'pretrain --recipe cifar/byol --schedule cosine',
  'pretrain --recipe cifar/byol --optimizer sgd --pred-type poly --sigma 1',
  'pretrain --recipe cifar/rdmsimsiam --pred-type mlp --pred-location online',
  'pretrain --recipe cifar/simsiam --pred-type poly --sigma 1',
  'pretrain --recipe cifar/byol --no-online-classifier --no-momentum-classifier',
  'pretrain --method dino --pred-type poly --pred-location target --sigma -1',
  'pretrain --method dino --crops 2x32,6x16 --small-crop-scale 0.1,0.3 --small-jitter 0,0,0,0',
  // The recipe has what the line's flag goes with.
  'pretrain --recipe cifar/swav --crops 2x32,6x16',
  'pretrain --recipe cifar/swav-multicrop --small-crop-scale 0.1,0.3',
  'pretrain --recipe cifar/byol --warmup-epochs 2 --lars-eta 0.1 --base-tau 0.9',
  'pretrain --recipe cifar/rdmsimsiam --sigma 1 --pred-location online',
  'lincls --stem-padding 1 --pretrained FILE', // the stem may be the checkpoint's
  'lincls --patch-size 4 --pretrained FILE', // likewise the patches
  'pretrain --recipe cifar/dino -a vit_tiny --patch-size 4', // the recipe's stem goes with its network
];

for (const line of runs) {
  test(`takes ${line}`, async () => {
    const { stderr } = await rdmHere([...line.split(' '), 'DIR'], noAddon);
    assert.match(stderr, /^rdm: the native addon is not built/);
  });
}

test("the reference's own lines run, and what does nothing in them is told", async () => {
  for (const [line, told] of [
    [
      '--pred-type poly --sigma 2 --fix-pred-lr',
      '--fix-pred-lr has no effect with --pred-type poly',
    ],
    ['--recipe imagenet/grid --pred-location online --pred-type log --sigma 2', '--sigma has no'],
  ] as const) {
    const { stderr } = await rdmHere(['pretrain', ...line.split(' '), 'DIR'], noAddon);
    assert.ok(stderr.startsWith(`rdm: ${told}`), stderr);
    assert.match(stderr, /\nrdm: the native addon is not built/);
  }
});

/** The runs that the documents, examples and recipes show, each on one line; capitals and … stand for anything. */
function shownRuns(): string[] {
  const files = ['docs', 'examples', 'recipes'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(md|sh|yaml)$/.test(name))
      .map((name) => join(folder, name)),
  );
  return ['README.md', ...files].flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replace(/\\\n[ #]*/g, ' ');
    return [...text.matchAll(/\brdm (?:pretrain|lincls) -[^`\n#|&]*/g)].map(([line]) =>
      line.trim(),
    );
  });
}

test('the runs that the documents show are taken', async () => {
  const lines = shownRuns().filter((line) => !/[…$]|FILE|NAME|mine|--help/.test(line));
  assert.ok(lines.length > 20, String(lines.length));
  for (const line of lines) {
    const [, name = '', ...words] = line.replaceAll(/["']/g, '').split(/ +/);
    const command = commandAt(name).action(() => {});
    const parsed = command.allowExcessArguments().parseAsync([...words, 'DIR'], { from: 'user' });
    await assert.doesNotReject(parsed, line);
  }
});

test('of several processes, one tells', async () => {
  const line = ['pretrain', '--pred-type', 'poly', '--sigma', '2', '--fix-pred-lr', 'DIR'];
  for (const env of [{ RDM_LAUNCHED: '1' }, { RANK: '1' }, { SLURM_PROCID: '3' }]) {
    const { stderr } = await rdmHere(line, { env: { ...noAddon.env, ...env } });
    assert.doesNotMatch(stderr, /has no effect/);
  }
});

test('the recorded command has no flag without effect, and the power of a filter also where it is 0', () => {
  const filter = { type: 'poly', location: 'online', sigma: 0 } as const;
  const { line } = pretrainLine({ data: '/d', warmupEpochs: 3, larsEta: 1, predictor: filter }, 7);
  assert.match(line, /^rdm pretrain --pred-type poly --sigma 0 --seed 7 --output \S+ \/d$/);
});

test('what a row goes with is there: names of options, and values they can have', () => {
  for (const command of ['pretrain', 'lincls'] as const) {
    const rows = new Map(optionsOf(command).map(({ name, row }) => [name, row]));
    for (const { row } of optionsOf(command)) {
      for (const [name, wanted] of Object.entries({ ...row.when, ...row.needed, ...row.told })) {
        const type = rows.get(name)?.type;
        assert.ok(type, `${longFlag(row)}: ${name}`);
        for (const value of Array.isArray(wanted) ? wanted : [wanted]) {
          if (type.kind === 'switch' || type.kind === 'list') assert.equal(value, true);
          else assert.ok(type.kind === 'choice' && type.choices.includes(value), String(value));
        }
      }
    }
  }
});
