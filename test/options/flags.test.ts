// The command line's flags and defaults are an interface: scripts written for the reference rely on them.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../dist/cli/main.js';
import { commandAt } from '../support/commands.js';

const processes = `
--world-size <n> = -1
--rank <n> = -1
--dist-url <url> = "tcp://224.66.41.62:23456"
--dist-backend <name>
--dist-timeout <seconds> = 1800
--nproc-per-node <n>
--max-restarts <n> = 0
--multiprocessing-distributed
`;

const shared = `${processes}
-j, --workers <n> = 32
--crop-size <pixels>
--val-resize <pixels>
--exclude <pattern>
--fraction <share>
--images <n>
--images-per-class <n>
--mean <r,g,b>
--std <r,g,b>
--val-images-per-class <n>
--val <place>
--labels <file>
--classes <file>
--decode <how> = "exact"
--on-bad-image <action> = "skip"
--max-image-pixels <n> = 178956970
--output <dir> = "."
-p, --print-freq <n> = 10
--json
--tensorboard
--mlflow <url>
--recipe <name>
--device <name> = "auto"
--gpu <index>
--precision <name> = "fp32"
--start-epoch <n> = 0
--momentum <m> = 0.9
--seed <n>
--resume <path>
--resume-anyway
--overwrite
--checkpoint-every <steps|time>
--on-divergence <action> = "stop"
--time-limit <time>
`;

const pretrain = `${shared}
--init <weights>
--head-warmup-epochs <n> = 0
--backbone-lr-factor <factor> = 1
--keep <n> = 3
--milestones <n> = 10
-a, --arch <name> = "resnet50"
--stem <name> = "imagenet"
--stem-padding <pixels> = 2
--patch-size <pixels> = 16
--dataset <name> = "custom"
--method <name> = "simsiam"
--epochs <n> = 100
-b, --batch-size <n> = 512
--lr, --learning-rate <rate> = 0.05
--wd, --weight-decay <decay> = 0.0001
--dim <n>
--proj-hidden-dim <n>
--pred-dim <n>
--zero-init-residual
--base-tau <tau> = 0.99
--final-tau <tau> = 1
--prototypes <n>
--temperature <t> = 0.1
--frozen-prototypes-epochs <n> = 1
--sinkhorn-epsilon <e> = 0.05
--sinkhorn-iterations <n> = 3
--queue-size <n> = 3840
--queue-from-epoch <n> = 15
--teacher-temperature <t> = 0.07
--warmup-teacher-temperature <t> = 0.04
--warmup-teacher-temperature-epochs <n> = 50
--centre-momentum <m> = 0.9
--learn-prototype-lengths
--barlow-lambda <weight> = 0.005
--barlow-scale <factor> = 0.1
--invariance-weight <weight> = 25
--variance-weight <weight> = 25
--covariance-weight <weight> = 1
--final-lr <rate> = 0
--final-weight-decay <decay>
--clip-grad <norm> = 0
--optimizer <name> = "sgd"
--lars-eta <eta> = 0.02
--schedule <name> = "cosine"
--warmup-epochs <n> = 10
--warmup-start-lr <rate> = 0.00003
--fix-pred-lr
--accumulate <n> = 1
--online-classifier
--classifier-lr <rate> = 0.1
--momentum-classifier
--crops <counts>
--crop-scale <min,max> = [0.2,1]
--small-crop-scale <min,max> = [0.05,0.4]
--interpolation <name> = "bilinear"
--jitter <b,c,s,h> = [0.4,0.4,0.4,0.1]
--small-jitter <b,c,s,h>
--jitter-prob <p> = 0.8
--grayscale-prob <p> = 0.2
--blur-prob <p[,p[,p]]> = [0.5,0.5]
--solarize-prob <p[,p[,p]]> = [0,0]
--equalize-prob <p[,p[,p]]> = [0,0]
--flip-prob <p> = 0.5
--pred-type <type> = "mlp"
--pred-location <branch> = "online"
--sigma <power> = 0
--filter-source <branch> = "own"
--filter-solver <name> = "auto"
--keep-null-space
--knn-every <epochs> = 0
--score-every <epochs> = 0
--lens-every <epochs> = 0
--rank-every <n>
--on-collapse <action> = "warn"
--until <epochs>
`;

const lincls = `${shared}
-a, --arch <name>
--stem <name>
--stem-padding <pixels>
--patch-size <pixels>
--dataset <name>
--epochs <n> = 90
-b, --batch-size <n> = 4096
--lr, --learning-rate <rate> = 0.1
--wd, --weight-decay <decay> = 0
--pretrained <path>
--lars
--schedule <name> = "cosine"
--lr-steps <epochs> = [60,80]
--label-fraction <share>
--labels-per-class <n>
-e, --evaluate
`;

const finetune = `${shared.replace('--recipe <name>\n', '')}
-a, --arch <name>
--stem <name>
--stem-padding <pixels>
--patch-size <pixels>
--dataset <name>
--epochs <n> = 30
-b, --batch-size <n> = 256
--lr, --learning-rate <rate> = 0.05
--wd, --weight-decay <decay> = 0
--optimizer <name> = "sgd"
--lars-eta <eta> = 0.02
--clip-grad <norm> = 0
--from-scratch
--freeze-bn
--backbone-lr-factor <factor> = 1
--label-fraction <share>
--labels-per-class <n>
--label-smoothing <share> = 0
--schedule <name> = "cosine"
--lr-steps <epochs> = [60,80]
--seeds <n> = 1
`;

const knn = `
-a, --arch <name>
--stem <name>
--stem-padding <pixels>
--patch-size <pixels>
--pretrained <path>
--features <layer> = "backbone"
--branch <name> = "online"
--k <n,n…> = [20]
--temperature <t,t…> = [0.07]
--distance <name,name…> = ["cosine"]
--dataset <name>
-j, --workers <n> = 32
--crop-size <pixels>
--val-resize <pixels>
--exclude <pattern>
--fraction <share>
--images <n>
--images-per-class <n>
--mean <r,g,b>
--std <r,g,b>
--val-images-per-class <n>
--val <place>
--labels <file>
--classes <file>
--decode <how> = "exact"
--on-bad-image <action> = "skip"
--max-image-pixels <n> = 178956970
--output <dir> = "."
--json
--device <name> = "auto"
--gpu <index>
--precision <name> = "fp32"
${processes}`;

const report = `
--html <file>
--svg <dir>
--csv <file>
`;

const watch = `
--terminal
--host <address> = "127.0.0.1"
--port <n>
`;

const sweep = `
--output <dir>
--jobs <n> = 1
--keep-best <n>
--score <name>
--slurm
--task <n>
--json
`;

const listing = `
--where <conditions>
--sort <name>
--json
--csv
`;

const best = `
--where <conditions>
--by <name> = "knn"
--json
`;

const looking = `
-a, --arch <name>
--stem <name>
--stem-padding <pixels>
--patch-size <pixels>
--dataset <name>
-j, --workers <n> = 32
--crop-size <pixels>
--val-resize <pixels>
--exclude <pattern>
--mean <r,g,b>
--std <r,g,b>
--labels <file>
--classes <file>
--decode <how> = "exact"
--on-bad-image <action> = "skip"
--max-image-pixels <n> = 178956970
--output <dir> = "."
--json
--device <name> = "auto"
--gpu <index>
--precision <name> = "fp32"
`;

const spectrum = `${looking}
--images <n> = 10000
--svg <file>
`;

const compared = `${looking}
--images <n> = 2000
--knn
--html <file>
--svg <file>
--csv <file>
`;

const score = `${looking}
--features <layer> = "backbone"
--branch <name> = "online"
--images <n> = 2048
--lidar-images <n> = 256
--lidar-views <n> = 8
--seed <n> = 0
`;

const probe = `${looking}
--features <layer> = "backbone"
--branch <name> = "online"
--fraction <share>
--images <n>
--images-per-class <n>
--val <place>
--val-images-per-class <n>
--seed <n> = 0
--save <file>
--thumbnail <pixels> = 64
--html <file>
--label-fraction <share>
--labels-per-class <n>
`;

const predict = `${looking}
--images <n> = 0
--top <n> = 5
--csv
`;

const map = `${looking}
--pretrained <path>
--in <file>
--images <n> = 2000
--features <layer> = "backbone"
--branch <name> = "online"
--neighbours <n> = 15
--min-dist <d> = 0.1
--seed <n> = 0
--thumbnail <pixels> = 32
--html <file>
--svg <file>
--png <file>
`;

const embed = `${looking.replace('--output <dir> = "."\n', '')}
--pretrained <path>
--features <layer> = "backbone"
--branch <name> = "online"
--dtype <type> = "float32"
--normalize
-o, --output <file>
--overwrite
`;

const search = `
--in <file>
--pretrained <path>
--k <n> = 10
--html <file>
--thumbnail <pixels> = 160
--json
--device <name> = "auto"
--gpu <index>
`;

const duplicates = `
--in <file>
--above <cosine> = 0.95
--html <file>
--thumbnail <pixels> = 160
-o, --output <file>
--json
`;

const check = `
-j, --workers <n>
--max-image-pixels <n> = 178956970
--json
`;

const stats = `${check}
--exclude <pattern>
--images <n> = 10000
`;

const fetching = `
--url <url>
--md5 <hex>
`;

const synthesize = `
--train-per-class <n> = 100
--val-per-class <n> = 20
--size <pixels> = 64
--seed <n> = 0
--form <form> = "folder"
`;

const shown = (found: Command) => found.options.filter(({ hidden }) => !hidden);

function flagsOf(found: Command): string[] {
  return shown(found)
    .map(({ flags, defaultValue }) =>
      defaultValue === undefined ? flags : `${flags} = ${JSON.stringify(defaultValue)}`,
    )
    .sort();
}

const listed = (text: string) => text.split('\n').filter(Boolean).sort();

test('the commands are frozen', () => {
  const names = createProgram().commands.map((found) => found.name());
  assert.deepEqual(names, [
    ...['pretrain', 'lincls', 'finetune', 'sweep', 'knn', 'verify-resume', 'spectrum'],
    ...['map', 'embed'],
    ...[
      'compare',
      'score',
      'probe',
      'predict',
      'search',
      'duplicates',
      'inspect',
      'export',
      'report',
      'watch',
      'runs',
    ],
    ...['data', 'recipes', 'setup', 'doctor', 'completion'],
  ]);
});

test("pretrain has the reference's flags and defaults, and its own", () => {
  assert.deepEqual(flagsOf(commandAt('pretrain')), listed(pretrain));
});

test("lincls has the reference's flags and defaults, and its own", () => {
  assert.deepEqual(flagsOf(commandAt('lincls')), listed(lincls));
});

test('finetune has these flags and defaults', () => {
  assert.deepEqual(flagsOf(commandAt('finetune')), listed(finetune));
});

test("verify-resume has pretrain's flags but --overwrite, and the number of steps", () => {
  const flags = pretrain.replace('--overwrite\n', '');
  assert.deepEqual(flagsOf(commandAt('verify-resume')), listed(`${flags}\n--steps <n> = 20`));
});

test('knn has these flags and defaults', () => {
  assert.deepEqual(flagsOf(commandAt('knn')), listed(knn));
});

test('what looks at a checkpoint or at vectors has these flags and defaults', () => {
  assert.deepEqual(flagsOf(commandAt('spectrum')), listed(spectrum));
  assert.deepEqual(flagsOf(commandAt('compare')), listed(compared));
  assert.deepEqual(flagsOf(commandAt('score')), listed(score));
  assert.deepEqual(flagsOf(commandAt('probe')), listed(probe));
  assert.deepEqual(flagsOf(commandAt('predict')), listed(predict));
  assert.deepEqual(flagsOf(commandAt('map')), listed(map));
  assert.deepEqual(flagsOf(commandAt('embed')), listed(embed));
  assert.deepEqual(flagsOf(commandAt('search')), listed(search));
  assert.deepEqual(flagsOf(commandAt('duplicates')), listed(duplicates));
  assert.deepEqual(flagsOf(commandAt('inspect')), ['--json', '--tensors']);
  const exported = ['--branch <name> = "online"', '--json', '--to <format>'];
  assert.deepEqual(flagsOf(commandAt('export')), exported);
});

test('report and watch have these flags and defaults', () => {
  assert.deepEqual(flagsOf(commandAt('report')), listed(report));
  assert.deepEqual(flagsOf(commandAt('watch')), listed(watch));
});

test('sweep has these flags', () => {
  assert.deepEqual(flagsOf(commandAt('sweep')), listed(sweep));
});

test('the runs commands have these flags', () => {
  const names = commandAt('runs').commands.map((found) => found.name());
  assert.deepEqual(names, ['list', 'best']);
  assert.deepEqual(flagsOf(commandAt('runs', 'list')), listed(listing));
  assert.deepEqual(flagsOf(commandAt('runs', 'best')), listed(best));
});

test('the data commands have these flags', () => {
  const names = commandAt('data').commands.map((found) => found.name());
  assert.deepEqual(names, ['fetch', 'synthesize', 'info', 'check', 'stats', 'pack']);
  assert.deepEqual(flagsOf(commandAt('data', 'fetch')), listed(fetching));
  assert.deepEqual(flagsOf(commandAt('data', 'info')), ['--json']);
  assert.deepEqual(flagsOf(commandAt('data', 'check')), listed(check));
  assert.deepEqual(flagsOf(commandAt('data', 'stats')), listed(stats));
  assert.deepEqual(flagsOf(commandAt('data', 'synthesize')), listed(synthesize));
  assert.deepEqual(flagsOf(commandAt('data', 'pack')), ['--json', '--shard-size <mb> = 500']);
});

test('the recipes commands have these flags', () => {
  const names = commandAt('recipes').commands.map((found) => found.name());
  assert.deepEqual(names, ['list', 'show', 'check']);
  assert.deepEqual(flagsOf(commandAt('recipes', 'list')), ['--json']);
  assert.deepEqual(flagsOf(commandAt('recipes', 'show')), ['--json']);
  assert.deepEqual(flagsOf(commandAt('recipes', 'check')), []);
});

test('setup and doctor have these flags', () => {
  assert.deepEqual(flagsOf(commandAt('setup')), ['--build', '--cuda']);
  assert.deepEqual(flagsOf(commandAt('doctor')), ['--json', '--output <dir> = "."']);
});

test('both spellings of a rate and of the weight decay are understood', () => {
  for (const spelling of [
    ['--lr', '0.3', '--wd', '0.2'],
    ['--learning-rate', '0.3', '--weight-decay', '0.2'],
  ]) {
    const found = commandAt('pretrain').action(() => {});
    found.parse([...spelling, 'DIR'], { from: 'user' });
    const { learningRate, weightDecay } = found.opts();
    assert.deepEqual({ learningRate, weightDecay }, { learningRate: 0.3, weightDecay: 0.2 });
  }
});

function parsed(...flags: string[]): Record<string, unknown> {
  const found = commandAt('pretrain').action(() => {});
  found.parse([...flags, 'DIR'], { from: 'user' });
  return found.opts();
}

test('lists are written with commas; one probability serves both views', () => {
  const { cropScale, jitter, blurProb, solarizeProb } = parsed(
    ...['--crop-scale', '.08,1', '--jitter', '.4,.4,.2,.1'],
    ...['--blur-prob', '0.1', '--solarize-prob', '0,0.2'],
  );
  assert.deepEqual(
    { cropScale, jitter, blurProb, solarizeProb },
    {
      cropScale: [0.08, 1],
      jitter: [0.4, 0.4, 0.2, 0.1],
      blurProb: [0.1, 0.1],
      solarizeProb: [0, 0.2],
    },
  );
});

test('a switch is on, off, or left to the method', () => {
  assert.equal(parsed('--zero-init-residual').zeroInitResidual, true);
  assert.equal(parsed('--no-zero-init-residual').zeroInitResidual, false);
  assert.equal(parsed().zeroInitResidual, undefined);
});
