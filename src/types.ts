// What the library takes, reports and returns. Plain values only.
export * from './types/choices.js';
export * from './types/datasets.js';
export * from './types/doctor.js';
export * from './types/events.js';
export * from './types/flags.js';
export * from './types/options.js';
export * from './types/recipes.js';
export * from './types/report.js';
export * from './types/results.js';
