// What a pretraining begins with, and how carefully it treats that.
import { number, path, whole } from './kinds.js';
import { option } from './row.js';

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
    /** The backbone's learning rate as a share of the heads'. */
    backboneLrFactor: option(
      '--backbone-lr-factor <factor>',
      "the backbone's rate as a share of the heads'",
      { type: number({ above: 0 }), default: 1, for: ['pretrain'] },
    ),
  },
} as const;
