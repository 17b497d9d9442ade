// The network and the method: backbone, projector, predictor or filter, momentum networks.
import {
  type Architecture,
  architectures,
  collapseActions,
  filterSolvers,
  filterSources,
  methods,
  momentumMethods,
  patchSizes,
  predictorLocations,
  predictorMethods,
  predictorTypes,
  residualNetworks,
  type Stem,
  stems,
  takesPatches,
  transformers,
} from '../../types/choices.js';
import { choice, number, probability, toggle, whole } from './kinds.js';
import { option, readers } from './row.js';

/** Which backbone. */
export const model = {
  heading: 'Model:',
  rows: {
    arch: option('-a, --arch <name>', `backbone: ${architectures.join(', ')}`, {
      type: choice<Architecture>('architecture', architectures),
      default: 'resnet50',
      recorded: true,
      for: readers,
    }),
    /** `cifar`: a 3×3 convolution of stride 1 and no max-pool, for small images. */
    stem: option(
      '--stem <name>',
      `first layers: ${stems.join(', ')} (3x3, stride 1, no max-pool: for small images)`,
      {
        type: choice<Stem>('stem', stems),
        default: 'imagenet',
        recorded: true,
        when: { arch: residualNetworks },
        for: readers,
      },
    ),
    /** Of the cifar stem: 2 as published, 1 keeps the size of the image. */
    stemPadding: option(
      '--stem-padding <pixels>',
      'padding of the cifar stem: 2 as published, or 1',
      {
        type: choice<number>('padding of the stem', [1, 2]),
        default: 2,
        recorded: true,
        when: { arch: residualNetworks, stem: 'cifar' },
        for: readers,
      },
    ),
    /** Of a Vision Transformer: 16 as published; 4 or 8 for small images. */
    patchSize: option(
      '--patch-size <pixels>',
      `side of the patches of a vit: ${patchSizes.join(', ')} (4 or 8 for small images)`,
      {
        type: choice<number>('patch size', patchSizes),
        default: 16,
        recorded: true,
        when: { arch: transformers },
        for: readers,
      },
    ),
  },
} as const;

/** Sources: main_simsiam.py; solo-learn's methods. */
export const method = {
  heading: 'Method:',
  rows: {
    method: option('--method <name>', `${methods.join(', ')}`, {
      type: choice('method', methods),
      default: 'simsiam',
      for: ['pretrain'],
    }),
    /** Features that the projector puts out. */
    dim: option('--dim <n>', 'features of the projector', {
      type: whole(1),
      default: ({ method }) =>
        ({ simsiam: 2048, byol: 256, swav: 128, dino: 256, barlow: 2048, vicreg: 2048 })[method],
      defaultText: '2048; byol and dino 256, swav 128',
      for: ['pretrain'],
    }),
    /** Hidden features of the projector; 0: as many as the backbone puts out. */
    projHiddenDim: option('--proj-hidden-dim <n>', 'hidden features of the projector', {
      type: whole(0),
      default: ({ method }) =>
        ({ simsiam: 0, byol: 4096, swav: 2048, dino: 2048, barlow: 2048, vicreg: 2048 })[method],
      defaultText: "2048; simsiam the backbone's, byol 4096",
      for: ['pretrain'],
    }),
    /** Hidden features of the `mlp` predictor. */
    predDim: option('--pred-dim <n>', 'hidden features of the mlp predictor', {
      type: whole(1),
      default: ({ method }) => (method === 'byol' ? 4096 : 512),
      defaultText: '512; byol 4096',
      when: { method: predictorMethods, predType: 'mlp' },
      told: { method: predictorMethods },
      for: ['pretrain'],
    }),
    /** Each residual block begins as the identity. */
    zeroInitResidual: option(
      '--zero-init-residual',
      'residual blocks begin as the identity (simsiam: on; --no-… turns it off)',
      {
        type: toggle,
        default: ({ method, arch }) => method === 'simsiam' && !takesPatches(arch),
        when: { arch: residualNetworks },
        for: ['pretrain'],
      },
    ),
    /** BYOL, DINO: how slowly the momentum networks follow, at the first step. */
    baseTau: option(
      '--base-tau <tau>',
      'byol, dino: share that the momentum networks keep at the first step',
      { type: probability, default: 0.99, when: { method: momentumMethods }, for: ['pretrain'] },
    ),
    /** BYOL, DINO: how slowly the momentum networks follow, at the last step. */
    finalTau: option('--final-tau <tau>', 'and at the last step', {
      type: probability,
      default: 1,
      when: { method: momentumMethods },
      for: ['pretrain'],
    }),
  },
} as const;

/** Those that are spectral filters. */
const filters = ['poly', 'log', 'log_1', 'log_2'];

const mechanism = 'Rank differential mechanism:';

/** The library has these six as one value: its `predictor`. */
export const predictor = {
  heading: mechanism,
  rows: {
    predType: option(
      '--pred-type <type>',
      `what aligns the branches: ${predictorTypes.join(', ')}`,
      { type: choice('predictor type', predictorTypes), default: 'mlp', for: ['pretrain'] },
    ),
    predLocation: option(
      '--pred-location <branch>',
      `branch of a filter: ${predictorLocations.join(', ')}`,
      {
        type: choice('predictor location', predictorLocations),
        default: 'online',
        for: ['pretrain'],
      },
    ),
    sigma: option('--sigma <power>', 'power of the poly filter: > 0 online, < 0 on the target', {
      type: number(),
      default: 0,
      when: { predType: 'poly' },
      told: { predType: filters },
      needed: { predType: 'poly' },
      neededHint: '--sigma 1 is low-pass on the online branch, --sigma -1 high-pass on the target',
      for: ['pretrain'],
    }),
    filterSource: option(
      '--filter-source <branch>',
      `whose directions filter the target: ${filterSources.join(', ')}`,
      {
        type: choice('filter source', filterSources),
        default: 'own',
        when: { predType: 'poly', predLocation: 'target' },
        for: ['pretrain'],
      },
    ),
    filterSolver: option(
      '--filter-solver <name>',
      `how a filter is computed: ${filterSolvers.join(', ')} (without a decomposition)`,
      {
        type: choice('filter solver', filterSolvers),
        default: 'auto',
        when: { predType: filters },
        for: ['pretrain'],
      },
    ),
    keepNullSpace: option(
      '--keep-null-space',
      'keep directions of the features that are rounding noise',
      { type: toggle, absent: false, when: { predType: filters }, for: ['pretrain'] },
    ),
  },
} as const;

/** What is measured of the mechanism while it trains. */
export const monitor = {
  heading: mechanism,
  rows: {
    /** A rank event every so many steps; as often as a step event where left out. */
    rankEvery: option('--rank-every <n>', 'steps between two rank measurements', {
      type: whole(1),
      default: ({ printFreq }) => printFreq,
      defaultText: '--print-freq',
      resume: 'may differ',
      for: ['pretrain'],
    }),
    /** A knn event every so many epochs; 0: none. */
    knnEvery: option(
      '--knn-every <epochs>',
      'epochs between two accuracies by nearest neighbours on DIR/val; 0: none',
      { type: whole(0), default: 0, resume: 'may differ', for: ['pretrain'] },
    ),
    /** A score event every so many epochs; 0: none. */
    scoreEvery: option(
      '--score-every <epochs>',
      'epochs between two scores without labels (RankMe, alpha-ReQ, LiDAR); 0: none',
      { type: whole(0), default: 0, resume: 'may differ', for: ['pretrain'] },
    ),
    /** A lens event every so many epochs; 0: none. */
    lensEvery: option(
      '--lens-every <epochs>',
      'epochs between two looks at both branches and what stands between them; 0: none',
      { type: whole(0), default: 0, resume: 'may differ', for: ['pretrain'] },
    ),
    /** At a verdict of collapse: goes on with a warning, or saves and stops. */
    onCollapse: option(
      '--on-collapse <action>',
      `when the ranks tell a collapse: ${collapseActions.join(', ')} (save, exit with 3)`,
      {
        type: choice('action on a collapse', collapseActions),
        default: 'warn',
        sent: false,
        for: ['pretrain'],
      },
    ),
  },
} as const;
