// rdm-ssl as a library.
export { inspectCheckpoint } from './checkpoints.js';
export { checkData, dataInfo, synthesize } from './datasets.js';
export { type ErrorCode, RdmError } from './errors.js';
export { fetchDataset } from './fetch.js';
export { lincls, pretrain } from './jobs.js';
export { environment } from './native.js';
export { linclsDefaults, pretrainDefaults, synthesizeDefaults } from './options.js';
export * from './types.js';
