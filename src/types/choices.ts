// The names that options choose from.

export const residualNetworks = [
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet101',
  'resnet152',
  'resnext50_32x4d',
  'resnext101_32x8d',
  'resnext101_64x4d',
  'wide_resnet50_2',
  'wide_resnet101_2',
] as const;
/** Vision Transformers, by timm's names without patch and image. */
export const transformers = ['vit_tiny', 'vit_small', 'vit_base'] as const;
export const architectures = [...residualNetworks, ...transformers] as const;
/** Pixels on a side of their patches. */
export const patchSizes = [4, 8, 16] as const;
export const devices = ['auto', 'cpu', 'cuda'] as const;
export const precisions = ['fp32', 'bf16', 'fp16'] as const;
export const decodings = ['exact', 'fast'] as const;
export const badImageActions = ['skip', 'stop'] as const;
export const divergenceActions = ['stop', 'rollback'] as const;
export const datasets = ['custom', 'cifar10', 'cifar100', 'imagenet100', 'imagenet'] as const;
export const stems = ['imagenet', 'cifar'] as const;
export const methods = ['simsiam', 'byol', 'swav', 'dino', 'barlow', 'vicreg'] as const;
/** Those with a predictor that learns. */
export const predictorMethods: readonly Method[] = ['simsiam', 'byol'];
/** Those in which a filter can take the place of what makes the branches differ. */
export const filterMethods: readonly Method[] = ['simsiam', 'byol', 'dino'];
/** Those whose target is a momentum network. */
export const momentumMethods: readonly Method[] = ['byol', 'dino'];
/** Those with a place for small crops in their loss. */
export const multiCropMethods: readonly Method[] = ['byol', 'swav', 'dino'];
/** Those whose branches do not differ. */
export const symmetricMethods: readonly Method[] = ['barlow', 'vicreg'];
export const optimizers = ['sgd', 'lars', 'adamw'] as const;
export const pretrainSchedules = ['cosine', 'warmup-cosine'] as const;
export const linclsSchedules = ['cosine', 'step'] as const;
/** The commands that train. */
export const trainings = ['pretrain', 'lincls', 'finetune'] as const;
export const interpolations = ['bilinear', 'bicubic'] as const;
export const syntheticForms = ['folder', 'list', 'table', 'shards'] as const;
export const fetchable = ['cifar10', 'cifar100', 'stl10'] as const;
export const predictorTypes = ['mlp', 'poly', 'log', 'log_1', 'log_2'] as const;
export const predictorLocations = ['online', 'target'] as const;
export const filterSources = ['own', 'online'] as const;
export const filterSolvers = ['auto', 'eigh', 'svd', 'newton'] as const;
export const backends = ['gloo', 'nccl'] as const;
export const distances = ['cosine', 'euclidean'] as const;
export const verdicts = [
  'healthy',
  'dimensional_collapse',
  'complete_collapse',
  'not_learning',
  'drifting',
] as const;
/** How a run stands: its verdict, or that there is none yet, or still none after many steps. */
export const standings = [...verdicts, 'too_early', 'undecided'] as const;
export const collapseActions = ['warn', 'stop'] as const;
export const featureLayers = ['backbone', 'projector'] as const;
export const branches = ['online', 'momentum'] as const;
/** What runs are compared by. */
export const measureNames = [
  ...(['loss', 'online', 'target', 'difference', 'top1', 'knn'] as const),
  ...(['rankme', 'alpha', 'lidar'] as const),
] as const;
/** How the last start of a run ended; `killed`: not by itself. */
export const runStates = ['done', 'stopped', 'running', 'killed'] as const;
export const vectorTypes = ['float32', 'float16'] as const;
export const exportFormats = ['torchvision', 'timm', 'safetensors', 'detectron2'] as const;

export type Architecture = (typeof architectures)[number];
/** Whether a backbone takes images in by patches. */
export const takesPatches = (arch: string): boolean =>
  (transformers as readonly string[]).includes(arch);

export type Backend = (typeof backends)[number];
export type Branch = (typeof branches)[number];
export type Device = (typeof devices)[number];
export type CollapseAction = (typeof collapseActions)[number];
export type Verdict = (typeof verdicts)[number];
export type Standing = (typeof standings)[number];
export type Distance = (typeof distances)[number];
export type ExportFormat = (typeof exportFormats)[number];
export type FeatureLayer = (typeof featureLayers)[number];
export type VectorType = (typeof vectorTypes)[number];
export type Precision = (typeof precisions)[number];
export type Decoding = (typeof decodings)[number];
export type BadImageAction = (typeof badImageActions)[number];
export type DivergenceAction = (typeof divergenceActions)[number];
export type Dataset = (typeof datasets)[number];
export type Stem = (typeof stems)[number];
export type MeasureName = (typeof measureNames)[number];
export type Method = (typeof methods)[number];
export type Optimizer = (typeof optimizers)[number];
export type PretrainSchedule = (typeof pretrainSchedules)[number];
export type LinclsSchedule = (typeof linclsSchedules)[number];
export type Interpolation = (typeof interpolations)[number];
export type PredictorType = (typeof predictorTypes)[number];
export type PredictorLocation = (typeof predictorLocations)[number];
export type FilterSource = (typeof filterSources)[number];
export type FilterSolver = (typeof filterSolvers)[number];
export type Training = (typeof trainings)[number];
export type RunState = (typeof runStates)[number];
