// What a recipe's file may hold. Types and choices are checked here, ranges where every option's are.
import * as z from 'zod';
import {
  architectures,
  badImageActions,
  collapseActions,
  datasets,
  decodings,
  devices,
  divergenceActions,
  filterSolvers,
  filterSources,
  interpolations,
  linclsSchedules,
  methods,
  optimizers,
  precisions,
  predictorLocations,
  predictorTypes,
  pretrainSchedules,
  stems,
} from '../types/choices.js';

const number = z.number({ error: 'must be a number' });
const integer = z.int({ error: 'must be a whole number' });
const toggle = z.boolean({ error: 'must be true or false' });
const text = z.string({ error: 'must be a text' });
const choice = <const Choices extends readonly string[]>(choices: Choices) =>
  z.enum(choices, { error: `must be one of ${choices.join(', ')}` });
const list = <Count extends [typeof number, ...(typeof number)[]]>(...numbers: Count) =>
  z.tuple(numbers, { error: `must be a list of ${numbers.length} numbers` });
const eachView = z.union([number.transform((value) => [value, value]), list(number, number)], {
  error: 'must be a number for both views, or a list of one each',
});

const common = {
  arch: choice(architectures),
  'batch-size': integer,
  'checkpoint-every': z.union([integer, text], { error: 'must be steps, or a time such as 20m' }),
  classes: text,
  'crop-size': integer,
  dataset: choice(datasets),
  decode: choice(decodings),
  device: choice(devices),
  epochs: integer,
  gpu: integer,
  'images-per-class': integer,
  'learning-rate': number,
  'max-image-pixels': integer,
  momentum: number,
  'on-bad-image': choice(badImageActions),
  'on-divergence': choice(divergenceActions),
  output: text,
  precision: choice(precisions),
  'print-freq': integer,
  resume: text,
  'resume-anyway': toggle,
  seed: integer,
  'start-epoch': integer,
  stem: choice(stems),
  'stem-padding': integer,
  tensorboard: toggle,
  'val-images-per-class': integer,
  'val-resize': integer,
  'weight-decay': number,
  workers: integer,
};

const views = {
  'blur-prob': eachView,
  'crop-scale': list(number, number),
  'equalize-prob': eachView,
  'flip-prob': number,
  'grayscale-prob': number,
  interpolation: choice(interpolations),
  jitter: list(number, number, number, number),
  'jitter-prob': number,
  'solarize-prob': eachView,
};

const pretrain = {
  accumulate: integer,
  'base-tau': number,
  'classifier-lr': number,
  dim: integer,
  'filter-solver': choice(filterSolvers),
  'filter-source': choice(filterSources),
  'final-tau': number,
  'fix-pred-lr': toggle,
  keep: integer,
  'keep-null-space': toggle,
  'knn-every': integer,
  'lars-eta': number,
  method: choice(methods),
  'momentum-classifier': toggle,
  'on-collapse': choice(collapseActions),
  'online-classifier': toggle,
  optimizer: choice(optimizers),
  'pred-dim': integer,
  'pred-location': choice(predictorLocations),
  'pred-type': choice(predictorTypes),
  'proj-hidden-dim': integer,
  'rank-every': integer,
  schedule: choice(pretrainSchedules),
  sigma: number,
  'warmup-epochs': integer,
  'warmup-start-lr': number,
  'zero-init-residual': toggle,
};

const lincls = {
  evaluate: toggle,
  lars: toggle,
  'lr-steps': z.array(integer, { error: 'must be a list of epochs' }),
  pretrained: text,
  schedule: choice(linclsSchedules),
};

const keys = 'must be keys with values';

/** The flags of each command that a recipe may hold, under their long names. */
export const flagSchemas = {
  pretrain: z.strictObject({ ...common, ...views, ...pretrain }, { error: keys }).partial(),
  lincls: z.strictObject({ ...common, ...lincls }, { error: keys }).partial(),
};

const head = { description: text, reproduces: text.optional() };

export const recipeSchema = z.discriminatedUnion(
  'command',
  [
    z.strictObject({ ...head, command: z.literal('pretrain'), flags: flagSchemas.pretrain }),
    z.strictObject({ ...head, command: z.literal('lincls'), flags: flagSchemas.lincls }),
  ],
  { error: ({ path }) => (path?.length ? 'must be pretrain or lincls' : keys) },
);
