// How long, with which rates, by which optimizer, what is kept of it, and what is trained beside.
import {
  divergenceActions,
  linclsSchedules,
  optimizers,
  predictorMethods,
  pretrainSchedules,
  residualNetworks,
  trainings as runs,
} from '../../types/choices.js';
import {
  choice,
  list,
  number,
  path,
  probability,
  stepsOrTime,
  text,
  time,
  toggle,
  whole,
} from './kinds.js';
import { option, per } from './row.js';

/** Those with labels. */
const supervised = ['lincls', 'finetune'] as const;
/** Commands that choose their optimizer. */
const adaptive = ['pretrain', 'finetune'] as const;

/** What is evaluated without labels, or alone. */
export const frozen = {
  heading: 'Model:',
  rows: {
    /** The pretrained checkpoint whose backbone is frozen. */
    pretrained: option('--pretrained <path>', 'checkpoint whose backbone is frozen', {
      type: text,
      absent: '',
      for: ['lincls'],
    }),
    /** Only evaluates, without training. */
    evaluate: option('-e, --evaluate', 'evaluate only', {
      type: toggle,
      absent: false,
      resume: 'may differ',
      for: ['lincls'],
    }),
  },
} as const;

/** Sources: main_simsiam.py and main_lincls.py. */
export const training = {
  heading: 'Training:',
  rows: {
    epochs: option('--epochs <n>', 'epochs to run', {
      type: whole(1),
      default: per({ pretrain: 100, lincls: 90, finetune: 30 }),
      for: runs,
    }),
    startEpoch: option('--start-epoch <n>', 'number of the first epoch (a resumed run knows it)', {
      type: whole(0),
      default: 0,
      resume: 'may differ',
      for: runs,
    }),
    batchSize: option('-b, --batch-size <n>', 'images in a batch', {
      type: whole(1),
      default: per({ pretrain: 512, lincls: 4096, finetune: 256 }),
      for: runs,
    }),
    /** The rate for a batch of 256; the initial rate is lr · batchSize / 256. */
    lr: option('--lr, --learning-rate <rate>', 'rate for a batch of 256', {
      type: number({ least: 0 }),
      default: per({ pretrain: 0.05, lincls: 0.1, finetune: 0.05 }),
      for: runs,
    }),
    weightDecay: option('--wd, --weight-decay <decay>', 'weight decay', {
      type: number({ least: 0 }),
      default: per({ pretrain: 1e-4, lincls: 0, finetune: 0 }),
      for: runs,
    }),
    seed: option(
      '--seed <n>',
      'seed of weights, order and views; the same seed gives the same run',
      { type: whole(0), for: runs },
    ),
  },
} as const;

/** What the reference's scripts do not have is as solo-learn's have it. */
export const pretraining = {
  heading: 'Training:',
  rows: {
    optimizer: option(
      '--optimizer <name>',
      `${optimizers.join(', ')} (lars: the rate of each tensor by its norms)`,
      { type: choice('optimizer', optimizers), default: 'sgd', for: adaptive },
    ),
    momentum: option('--momentum <m>', 'momentum of sgd and lars', {
      type: number({ least: 0 }),
      default: 0.9,
      when: { optimizer: ['sgd', 'lars'] },
      for: adaptive,
    }),
    /** LARS: its trust coefficient. */
    larsEta: option('--lars-eta <eta>', 'trust coefficient of lars', {
      type: number({ least: 0 }),
      default: 0.02,
      when: { optimizer: 'lars' },
      for: adaptive,
    }),
    schedule: option(
      '--schedule <name>',
      `of the rate: ${pretrainSchedules.join(' (per epoch), ')} (per step)`,
      { type: choice('schedule', pretrainSchedules), default: 'cosine', for: ['pretrain'] },
    ),
    warmupEpochs: option('--warmup-epochs <n>', 'length of the warm-up', {
      type: whole(0),
      default: 10,
      when: { schedule: 'warmup-cosine' },
      for: ['pretrain'],
    }),
    /** The rate of the first step of a warm-up; it does not scale with the batch. */
    warmupStartLr: option(
      '--warmup-start-lr <rate>',
      "the warm-up's first rate, whatever the batch",
      {
        type: number({ least: 0 }),
        default: 3e-5,
        when: { schedule: 'warmup-cosine' },
        for: ['pretrain'],
      },
    ),
    /** The rate that the warm-up's cosine ends at; it does not scale with the batch. */
    finalLr: option('--final-lr <rate>', 'the rate that the cosine ends at, whatever the batch', {
      type: number({ least: 0 }),
      default: 0,
      when: { schedule: 'warmup-cosine' },
      for: ['pretrain'],
    }),
    /** A cosine per step from `weightDecay` to this; undefined: it stays. */
    finalWeightDecay: option(
      '--final-weight-decay <decay>',
      'weight decay at the end, by a cosine per step; else it stays',
      { type: number({ least: 0 }), for: ['pretrain'] },
    ),
    /** Gradients of a parameter whose norm is larger are scaled to it, as DINO's; 0: none are. */
    clipGrad: option('--clip-grad <norm>', "largest norm of a parameter's gradient; 0: any", {
      type: number({ least: 0 }),
      default: 0,
      for: adaptive,
    }),
    /** Keeps the predictor's learning rate at its initial value. */
    fixPredLr: option('--fix-pred-lr', "keep the predictor's learning rate at its initial value", {
      type: toggle,
      absent: false,
      when: { method: 'simsiam', predType: 'mlp' },
      told: { method: predictorMethods },
      for: ['pretrain'],
    }),
    /** Batches whose gradients are added before an update; the learning rate scales with them. */
    accumulate: option(
      '--accumulate <n>',
      'batches whose gradients are added before an update; the rate scales with them',
      { type: whole(1), default: 1, for: ['pretrain'] },
    ),
  },
} as const;

/** The steps are as solo-learn's ImageNet-100 scripts have them. */
export const probing = {
  heading: 'Training:',
  rows: {
    momentum: option('--momentum <m>', 'momentum of SGD', {
      type: number({ least: 0 }),
      default: 0.9,
      for: ['lincls'],
    }),
    /** LARC around SGD. */
    lars: option('--lars', 'LARC around SGD', { type: toggle, absent: false, for: ['lincls'] }),
    schedule: option(
      '--schedule <name>',
      `of the rate: ${linclsSchedules.join(', ')} (times 0.1 at some epochs)`,
      { type: choice('schedule', linclsSchedules), default: 'cosine', for: supervised },
    ),
    /** Epochs at which the step schedule multiplies the rate by 0.1. */
    lrSteps: option('--lr-steps <epochs>', 'the epochs of the step schedule', {
      type: list('epochs', whole(1)),
      default: [60, 80],
      when: { schedule: 'step' },
      for: supervised,
    }),
    /** The share of a label that all classes get alike. */
    labelSmoothing: option('--label-smoothing <share>', 'of a label, for all classes alike', {
      type: probability,
      default: 0,
      for: ['finetune'],
    }),
    /** So many runs, one after the other, each with a seed and a folder of its own. */
    seeds: option('--seeds <n>', 'so many runs, from --seed on, each in OUTPUT/seed-N', {
      type: whole(1),
      default: 1,
      line: true,
      for: ['finetune'],
    }),
  },
} as const;

/** What keeps a run from being lost. */
export const checkpoints = {
  heading: 'Checkpoints:',
  rows: {
    /** A checkpoint to continue from; `auto`: the furthest valid one in the output folder, by its name, if any. */
    resume: option(
      '--resume <path>',
      'checkpoint to continue from; auto: the furthest valid one in the output folder, if any',
      { type: text, absent: '', resume: 'may differ', for: runs },
    ),
    /** Begins anew in a folder that holds a run: what is there of it is moved into `replaced-N` in that folder. */
    overwrite: option(
      '--overwrite',
      'begin anew where the output folder holds a run, which is moved aside, into replaced-N',
      { type: toggle, absent: false, sent: false, for: runs },
    ),
    /** Goes on also from a checkpoint of another configuration. */
    resumeAnyway: option('--resume-anyway', 'also from a checkpoint of another configuration', {
      type: toggle,
      absent: false,
      resume: 'may differ',
      for: runs,
    }),
    /** Checkpoints in mid-epoch: every so many steps, or after a time such as `'20m'` or `'1h30m'`. */
    checkpointEvery: option(
      '--checkpoint-every <steps|time>',
      'also in mid-epoch: every so many steps, or after a time such as 20m',
      {
        type: stepsOrTime,
        absent: 0,
        resume: 'may differ',
        sent: false,
        for: runs,
      },
    ),
    /** What a loss or gradient that is not finite does: ends the run, or goes back to the last checkpoint. */
    onDivergence: option(
      '--on-divergence <action>',
      `what a loss that is not finite does: ${divergenceActions.join(', ')} (to the last checkpoint)`,
      {
        type: choice('action on divergence', divergenceActions),
        default: 'stop',
        resume: 'may differ',
        for: runs,
      },
    ),
    /** Ends the run after so many of its epochs, with a checkpoint to go on from; the schedule stays that of all. */
    until: option(
      '--until <epochs>',
      'be done after so many epochs; the schedule is that of --epochs, and --resume auto goes on',
      { type: whole(0), absent: 0, resume: 'may differ', sent: false, for: ['pretrain'] },
    ),
    timeLimit: option('--time-limit <time>', 'save and exit with 124 after a time such as 3h50m', {
      type: time,
      line: true,
      for: runs,
    }),
    /** How many of the last checkpoints stay in the output folder, by their names; 0: all. */
    keep: option('--keep <n>', 'how many of the last checkpoints stay; 0: all', {
      type: whole(0),
      default: 3,
      resume: 'may differ',
      for: ['pretrain'],
    }),
    /** How many more stay beside the last ones: those of epochs that are spread evenly over the run. */
    milestones: option(
      '--milestones <n>',
      'how many more stay, of epochs spread evenly over the run; 0: none',
      { type: whole(0), default: 10, resume: 'may differ', for: ['pretrain'] },
    ),
  },
} as const;

export const onlineClassifier = {
  heading: 'Online classifier:',
  rows: {
    /** Trains a linear classifier on the detached features, and validates it after every epoch. */
    onlineClassifier: option(
      '--online-classifier',
      'train a linear classifier on the detached features, and validate it every epoch',
      { type: toggle, absent: false, for: ['pretrain'] },
    ),
    /** The online classifier's rate for 256 images. */
    classifierLr: option('--classifier-lr <rate>', 'its rate for a batch of 256', {
      type: number({ least: 0 }),
      default: 0.1,
      when: { onlineClassifier: true },
      for: ['pretrain'],
    }),
    /** BYOL, DINO: another one on the momentum network's features. */
    momentumClassifier: option(
      '--momentum-classifier',
      "byol, dino: and one on the momentum network's features",
      { type: toggle, absent: false, for: ['pretrain'] },
    ),
  },
} as const;

/** What a pretraining begins with, and how carefully it treats that. */
export const start = {
  heading: 'Start:',
  rows: {
    /** A file with a backbone: torchvision's, timm's, solo-learn's, SimSiam's, MoCo's, this tool's, safetensors. */
    init: option('--init <weights>', 'begin with the backbone of a file; the heads are new', {
      type: path,
      absent: '',
      resume: 'may differ',
      for: ['pretrain'],
    }),
    /** Epochs in which the heads alone are trained, and the backbone stays as it is. */
    headWarmupEpochs: option(
      '--head-warmup-epochs <n>',
      'epochs that train the heads alone, before the backbone moves',
      { type: whole(0), default: 0, for: ['pretrain'] },
    ),
    /** The backbone's learning rate as a share of the heads', or of the classifier's. */
    backboneLrFactor: option(
      '--backbone-lr-factor <factor>',
      "the backbone's rate as a share of that of what is above it",
      { type: number({ above: 0 }), default: 1, for: ['pretrain', 'finetune'] },
    ),
    /** Random weights in place of the checkpoint's, whose architecture and images it takes: the control. */
    fromScratch: option('--from-scratch', 'random weights instead: what the checkpoint is worth', {
      type: toggle,
      absent: false,
      for: ['finetune'],
    }),
    /** Batch norms keep their statistics and weights. */
    freezeBn: option('--freeze-bn', 'batch norms stay what they are', {
      type: toggle,
      absent: false,
      when: { arch: residualNetworks },
      for: ['finetune'],
    }),
  },
} as const;
