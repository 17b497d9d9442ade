// rdm-ssl as a library.
export { inspectCheckpoint } from './checkpoints.js';
export { checkData, dataInfo, synthesize } from './datasets.js';
export { type ErrorCode, RdmError } from './errors.js';
export { fetchDataset } from './fetch.js';
export { linclsOptions, pretrainOptions } from './flags.js';
export { knn, lincls, pretrain } from './jobs.js';
export { environment } from './native.js';
export {
  knnDefaults,
  linclsDefaults,
  methodDefaults,
  predictorDefaults,
  pretrainDefaults,
  synthesizeDefaults,
} from './options/defaults.js';
export { checkRecipe } from './recipes/check.js';
export { resolvedFlags } from './recipes/resolved.js';
export { loadRecipe, recipes } from './recipes.js';
export * from './types.js';
