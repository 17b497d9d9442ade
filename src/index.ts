// rdm-ssl as a library.

export { embeddingHtml, embeddingSvg } from './charts/embedding.js';
export { svgToPng } from './charts/png.js';
export { spectrumSvg } from './charts/spectrum.js';
export { exportCheckpoint, hashTensors, inspectCheckpoint } from './checkpoints.js';
export { checkData, dataInfo, synthesize } from './datasets.js';
export { doctor } from './doctor.js';
export { embed } from './embed.js';
export { type ErrorCode, RdmError } from './errors.js';
export { fetchDataset } from './fetch.js';
export { linclsOptions, pretrainOptions } from './flags.js';
export { features, knn, lincls, pretrain, spectrum } from './jobs.js';
export { environment } from './native.js';
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
export { checkRecipe } from './recipes/check.js';
export { resolvedFlags } from './recipes/resolved.js';
export { loadRecipe, recipes } from './recipes.js';
export { followRun, report, watch } from './report.js';
export * from './types.js';
export { createJudge, verdictOf } from './verdict.js';
export { verifyResume } from './verify-resume.js';
