// What is left out becomes the reference's default; some depend on the method or on the dataset.
import type { Branch, Dataset, Distance, FeatureLayer } from '../types/choices.js';
import type { Predictor } from '../types/options.js';

const imageDefaults = {
  output: '.',
  dataset: 'custom',
  workers: 32,
  imagesPerClass: 0,
  classes: '',
  decode: 'exact',
  onBadImage: 'skip',
  maxImagePixels: 178_956_970, // Pillow's limit
  valBatchSize: 256,
  valImagesPerClass: 0,
} as const;

const networkDefaults = {
  arch: 'resnet50',
  stem: 'imagenet',
  stemPadding: 2,
  device: 'auto',
  precision: 'fp32',
} as const;

const commonDefaults = {
  ...imageDefaults,
  ...networkDefaults,
  startEpoch: 0,
  momentum: 0.9,
  printFreq: 10,
  resume: '',
  tensorboard: false,
  resumeAnyway: false,
  checkpointEvery: 0 as number | string,
  onDivergence: 'stop',
} as const;

/** Source: main_simsiam.py; what it does not have, as solo-learn's scripts have it. */
export const pretrainDefaults = {
  ...commonDefaults,
  epochs: 100,
  batchSize: 512,
  lr: 0.05,
  weightDecay: 1e-4,
  method: 'simsiam',
  predictor: { type: 'mlp' } as Predictor,
  fixPredLr: false,
  baseTau: 0.99,
  finalTau: 1,
  optimizer: 'sgd',
  larsEta: 0.02,
  schedule: 'cosine',
  warmupEpochs: 10,
  warmupStartLr: 3e-5,
  accumulate: 1,
  onlineClassifier: false,
  classifierLr: 0.1,
  momentumClassifier: false,
  knnEvery: 0,
  onCollapse: 'warn',
  keep: 0,
  cropScale: [0.2, 1] as [number, number],
  interpolation: 'bilinear',
  jitter: [0.4, 0.4, 0.4, 0.1] as [number, number, number, number],
  jitterProb: 0.8,
  grayscaleProb: 0.2,
  blurProb: [0.5, 0.5] as [number, number],
  solarizeProb: [0, 0] as [number, number],
  equalizeProb: [0, 0] as [number, number],
  flipProb: 0.5,
} as const;

/** Of the predictor, a flag at a time. */
export const predictorDefaults = {
  predType: 'mlp',
  predLocation: 'online',
  sigma: 0,
  filterSource: 'own',
  filterSolver: 'auto',
  keepNullSpace: false,
} as const;

/** Sources: main_simsiam.py; solo-learn's byol.py. */
export const methodDefaults = {
  simsiam: { dim: 2048, projHiddenDim: 0, predDim: 512, zeroInitResidual: true },
  byol: { dim: 256, projHiddenDim: 4096, predDim: 4096, zeroInitResidual: false },
} as const;

/** Source: main_lincls.py; the steps as solo-learn's ImageNet-100 scripts have them. */
export const linclsDefaults = {
  ...commonDefaults,
  epochs: 90,
  batchSize: 4096,
  lr: 0.1,
  weightDecay: 0,
  pretrained: '',
  lars: false,
  schedule: 'cosine',
  lrSteps: [60, 80] as number[],
  evaluate: false,
} as const;

const layerDefaults = {
  features: 'backbone' as FeatureLayer,
  branch: 'online' as Branch,
} as const;

/** Source: solo-learn's WeightedKNNClassifier. */
export const knnDefaults = {
  ...imageDefaults,
  ...networkDefaults,
  ...layerDefaults,
  pretrained: '',
  k: [20] as number[],
  temperature: [0.07] as number[],
  distance: ['cosine'] as Distance[],
} as const;

/** Of one of several processes; torch's own time-out. */
export const processDefaults = { prefix: 'rdm', timeout: 1800 } as const;

export const spectrumDefaults = {
  ...imageDefaults,
  ...networkDefaults,
  images: 10_000,
} as const;

/** Sources: of the map, McInnes et al. 2018 (UMAP), as umap-learn has them. */
export const embedDefaults = {
  ...imageDefaults,
  ...networkDefaults,
  ...layerDefaults,
  images: 2000,
  thumbnail: 32,
  neighbours: 15,
  minDist: 0.1,
  seed: 0,
} as const;

export const synthesizeDefaults = {
  trainPerClass: 100,
  valPerClass: 20,
  size: 64,
  seed: 0,
} as const;

/** Pixels of a crop, and of the shorter side that it is cut from: CIFAR is seen as it is. */
export function withSizes<
  Given extends { dataset: Dataset; cropSize?: number | undefined; valResize?: number | undefined },
>(given: Given) {
  const small = given.dataset === 'cifar10' || given.dataset === 'cifar100';
  const cropSize = given.cropSize ?? (small ? 32 : 224);
  const valResize = given.valResize ?? (small ? cropSize : Math.round((cropSize * 256) / 224));
  return { ...given, cropSize, valResize };
}

/** `given` over `defaults`; what is undefined counts as left out. */
export function withDefaults<Defaults extends object, Given extends object>(
  defaults: Defaults,
  given: Given,
) {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(present) } as Omit<Given, keyof Defaults> & {
    [Key in keyof Defaults & keyof Given]-?: NonNullable<Given[Key]>;
  };
}
