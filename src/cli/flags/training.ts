// How long, with which rates, by which optimizer, and what is trained beside.
import type { Command } from 'commander';
import {
  divergenceActions,
  linclsDefaults,
  linclsSchedules,
  optimizers,
  pretrainDefaults,
  pretrainSchedules,
} from '../../index.js';
import { duration, integer, list, number } from './parse.js';
import { addFlags, type Flag } from './table.js';

interface Defaults {
  epochs: number;
  batchSize: number;
  lr: number;
  weightDecay: number;
  momentum: number;
  startEpoch: number;
}

const commonFlags = (defaults: Defaults): Flag[] => [
  { flags: '--epochs <n>', text: 'epochs to run', parse: integer, initial: defaults.epochs },
  {
    flags: '--start-epoch <n>',
    text: 'number of the first epoch (a resumed run knows it)',
    parse: integer,
    initial: defaults.startEpoch,
  },
  {
    flags: '-b, --batch-size <n>',
    text: 'images in a batch',
    parse: integer,
    initial: defaults.batchSize,
  },
  {
    flags: '--lr, --learning-rate <rate>',
    text: 'rate for a batch of 256',
    parse: number,
    initial: defaults.lr,
  },
  {
    flags: '--momentum <m>',
    text: 'momentum of the optimizer',
    parse: number,
    initial: defaults.momentum,
  },
  {
    flags: '--wd, --weight-decay <decay>',
    text: 'weight decay',
    parse: number,
    initial: defaults.weightDecay,
  },
  {
    flags: '--seed <n>',
    text: 'seed of weights, order and views; the same seed gives the same run',
    parse: integer,
  },
];

/** What keeps a run from being lost. */
const keepingFlags: Flag[] = [
  {
    flags: '--resume <path>',
    text: 'checkpoint to continue from; auto: the newest valid one in the output folder, if any',
  },
  { flags: '--resume-anyway', text: 'also from a checkpoint of another configuration' },
  {
    flags: '--checkpoint-every <steps|time>',
    text: 'also in mid-epoch: every so many steps, or after a time such as 20m',
  },
  {
    flags: '--on-divergence <action>',
    text: `what a loss that is not finite does: ${divergenceActions.join(', ')} (to the last checkpoint)`,
    initial: pretrainDefaults.onDivergence,
  },
  {
    flags: '--time-limit <time>',
    text: 'save and exit with 124 after a time such as 3h50m',
    parse: duration,
  },
];

const keepFlag: Flag = {
  flags: '--keep <n>',
  text: 'how many checkpoints stay, the newest; 0: all',
  parse: integer,
  initial: pretrainDefaults.keep,
};

const pretrainFlags: Flag[] = [
  {
    flags: '--optimizer <name>',
    text: `${optimizers.join(' or ')} (the rate of each tensor by its norms)`,
    initial: pretrainDefaults.optimizer,
  },
  {
    flags: '--lars-eta <eta>',
    text: 'trust coefficient of lars',
    parse: number,
    initial: pretrainDefaults.larsEta,
  },
  {
    flags: '--schedule <name>',
    text: `of the rate: ${pretrainSchedules.join(' (per epoch), ')} (per step)`,
    initial: pretrainDefaults.schedule,
  },
  {
    flags: '--warmup-epochs <n>',
    text: 'length of the warm-up',
    parse: integer,
    initial: pretrainDefaults.warmupEpochs,
  },
  {
    flags: '--warmup-start-lr <rate>',
    text: "the warm-up's first rate, whatever the batch",
    parse: number,
    initial: pretrainDefaults.warmupStartLr,
  },
  { flags: '--fix-pred-lr', text: "keep the predictor's learning rate at its initial value" },
  {
    flags: '--accumulate <n>',
    text: 'batches whose gradients are added before an update; the rate scales with them',
    parse: integer,
    initial: pretrainDefaults.accumulate,
  },
];

const classifierFlags: Flag[] = [
  {
    flags: '--online-classifier',
    text: 'train a linear classifier on the detached features, and validate it every epoch',
  },
  {
    flags: '--classifier-lr <rate>',
    text: 'its rate for a batch of 256',
    parse: number,
    initial: pretrainDefaults.classifierLr,
  },
  {
    flags: '--momentum-classifier',
    text: "byol: and one on the momentum network's features",
  },
];

const linclsFlags: Flag[] = [
  { flags: '--lars', text: 'LARC around SGD' },
  {
    flags: '--schedule <name>',
    text: `of the rate: ${linclsSchedules.join(', ')} (times 0.1 at some epochs)`,
    initial: linclsDefaults.schedule,
  },
  {
    flags: '--lr-steps <epochs>',
    text: 'the epochs of the step schedule',
    parse: list(integer),
    initial: linclsDefaults.lrSteps,
  },
];

export function addPretrainingFlags(command: Command): Command {
  addFlags(command, 'Training:', [...commonFlags(pretrainDefaults), ...pretrainFlags]);
  addFlags(command, 'Checkpoints:', [...keepingFlags, keepFlag]);
  return addFlags(command, 'Online classifier:', classifierFlags);
}

export function addLinclsTrainingFlags(command: Command): Command {
  addFlags(command, 'Training:', [...commonFlags(linclsDefaults), ...linclsFlags]);
  return addFlags(command, 'Checkpoints:', keepingFlags);
}
