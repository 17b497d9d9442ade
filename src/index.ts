// rdm-ssl as a library.

export { type ErrorCode, RdmError } from './base/errors.js';
export { embed } from './charts/embed.js';
export { embeddingHtml, embeddingSvg } from './charts/embedding.js';
export { svgToPng } from './charts/png.js';
export { spectrumSvg } from './charts/spectrum.js';
export { checkData, dataInfo, synthesize } from './datasets/datasets.js';
export { fetchDataset } from './datasets/fetch.js';
export { doctor } from './doctor/doctor.js';
export { environment } from './native/addon.js';
export { seconds } from './options/checks.js';
export {
  embedDefaults,
  knnDefaults,
  linclsDefaults,
  methodDefaults,
  predictorDefaults,
  pretrainDefaults,
  processDefaults,
  spectrumDefaults,
  synthesizeDefaults,
} from './options/defaults.js';
export { linclsOptions, pretrainOptions } from './options/flags.js';
export { checkRecipe } from './recipes/check.js';
export { loadRecipe, recipes } from './recipes/load.js';
export { resolvedFlags } from './recipes/resolved.js';
export { followRun, report, watch } from './report/open.js';
export { exportCheckpoint, hashTensors, inspectCheckpoint } from './run/checkpoints.js';
export { features, knn, lincls, pretrain, spectrum } from './run/jobs.js';
export { createJudge, verdictOf } from './run/verdict.js';
export { verifyResume } from './run/verify-resume.js';
export * from './types/choices.js';
export * from './types/datasets.js';
export * from './types/doctor.js';
export * from './types/events.js';
export * from './types/flags.js';
export * from './types/options.js';
export * from './types/recipes.js';
export * from './types/report.js';
export * from './types/results.js';
