// What the losses of SwAV, DINO, Barlow Twins and VICReg have of their own. Sources: solo-learn's methods, whose
// defaults are taken where its scripts agree.
import type { Method } from '../../types/choices.js';
import { number, probability, toggle, whole } from './kinds.js';
import { option } from './row.js';

const clustering: readonly Method[] = ['swav', 'dino'];

export const losses = {
  heading: 'Losses of swav, dino, barlow and vicreg:',
  rows: {
    /** SwAV, DINO: directions that the outputs are compared with. */
    prototypes: option('--prototypes <n>', 'swav, dino: number of prototypes', {
      type: whole(1),
      default: ({ method }) => (method === 'dino' ? 4096 : 3000),
      defaultText: '3000; dino 4096',
      when: { method: clustering },
      for: ['pretrain'],
    }),
    /** SwAV, DINO: of the softmax that predicts; DINO's student's. */
    temperature: option(
      '--temperature <t>',
      "swav, dino: temperature of the predictions, dino's student's",
      {
        type: number({ above: 0 }),
        default: 0.1,
        when: { method: clustering },
        for: ['pretrain'],
      },
    ),
    /** SwAV, DINO: epochs in which the prototypes stay as they were drawn. */
    frozenPrototypesEpochs: option(
      '--frozen-prototypes-epochs <n>',
      'swav, dino: epochs in which the prototypes do not move',
      { type: whole(0), default: 1, when: { method: clustering }, for: ['pretrain'] },
    ),
    /** SwAV: how soft the assignments are. */
    sinkhornEpsilon: option('--sinkhorn-epsilon <e>', 'swav: entropy of the assignments', {
      type: number({ least: 0.01 }),
      default: 0.05,
      when: { method: 'swav' },
      for: ['pretrain'],
    }),
    sinkhornIterations: option('--sinkhorn-iterations <n>', 'swav: rounds of the assignment', {
      type: whole(1),
      default: 3,
      when: { method: 'swav' },
      for: ['pretrain'],
    }),
    /** SwAV: outputs of earlier steps, of all processes, that are assigned beside the batch; 0: none. */
    queueSize: option(
      '--queue-size <n>',
      'swav: earlier outputs that are assigned beside the batch; 0: none',
      { type: whole(0), default: 3840, when: { method: 'swav' }, for: ['pretrain'] },
    ),
    queueFromEpoch: option('--queue-from-epoch <n>', 'swav: the first epoch that uses the queue', {
      type: whole(0),
      default: 15,
      when: { method: 'swav' },
      for: ['pretrain'],
    }),
    /** DINO: the teacher's, at the last epoch of its warm-up and from there on. */
    teacherTemperature: option('--teacher-temperature <t>', "dino: the teacher's temperature", {
      type: number({ above: 0 }),
      default: 0.07,
      when: { method: 'dino', predType: 'mlp' },
      for: ['pretrain'],
    }),
    /** DINO: the teacher's, in the first epoch of its warm-up. */
    warmupTeacherTemperature: option(
      '--warmup-teacher-temperature <t>',
      'dino: and in the first epoch of its warm-up',
      {
        type: number({ above: 0 }),
        default: 0.04,
        when: { method: 'dino', predType: 'mlp' },
        for: ['pretrain'],
      },
    ),
    warmupTeacherTemperatureEpochs: option(
      '--warmup-teacher-temperature-epochs <n>',
      'dino: epochs of that warm-up, a straight line; 0: none',
      { type: whole(0), default: 50, when: { method: 'dino', predType: 'mlp' }, for: ['pretrain'] },
    ),
    /** DINO: share that the centre of the teacher's logits keeps at each step. */
    centreMomentum: option('--centre-momentum <m>', 'dino: share that the centre keeps at a step', {
      type: probability,
      default: 0.9,
      when: { method: 'dino', predType: 'mlp' },
      for: ['pretrain'],
    }),
    /** DINO: the lengths of the prototypes are learned; else they are 1. */
    learnPrototypeLengths: option(
      '--learn-prototype-lengths',
      "dino: learn the prototypes' lengths, which are 1 otherwise",
      { type: toggle, absent: false, when: { method: 'dino' }, for: ['pretrain'] },
    ),
    /** Barlow Twins: the weight of correlations between different features. */
    barlowLambda: option('--barlow-lambda <weight>', 'barlow: weight of the redundancy term', {
      type: number({ least: 0 }),
      default: 0.005,
      when: { method: 'barlow' },
      for: ['pretrain'],
    }),
    barlowScale: option('--barlow-scale <factor>', 'barlow: factor of the whole loss', {
      type: number({ above: 0 }),
      default: 0.1,
      when: { method: 'barlow' },
      for: ['pretrain'],
    }),
    invarianceWeight: option(
      '--invariance-weight <weight>',
      'vicreg: weight of that the views agree',
      {
        type: number({ least: 0 }),
        default: 25,
        when: { method: 'vicreg' },
        for: ['pretrain'],
      },
    ),
    varianceWeight: option('--variance-weight <weight>', 'vicreg: weight of that features vary', {
      type: number({ least: 0 }),
      default: 25,
      when: { method: 'vicreg' },
      for: ['pretrain'],
    }),
    covarianceWeight: option(
      '--covariance-weight <weight>',
      'vicreg: weight of that features do not correlate',
      { type: number({ least: 0 }), default: 1, when: { method: 'vicreg' }, for: ['pretrain'] },
    ),
  },
} as const;
