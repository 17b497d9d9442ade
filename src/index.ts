// rdm-ssl as a library. What draws a report loads on first use.
import type { PackOptions } from './options/types.js';
import type { PackSummary } from './types/datasets.js';
import type { Control, ProgressEvent } from './types/events.js';
import type { ReportOptions, WatchOptions } from './types/report.js';
import type { Summary } from './types/results.js';
import type { SweepPlan } from './types/sweep.js';

export { type ErrorCode, RdmError } from './base/errors.js';
export { compareCsv, compareHtml, compareSvg } from './charts/compare.js';
export { confusionHtml } from './charts/confusion.js';
export { mapHtml, mapSvg } from './charts/drawing.js';
export { map } from './charts/map.js';
export { svgToPng } from './charts/render.js';
export { sheetHtml } from './charts/sheet.js';
export { spectrumSvg } from './charts/spectrum.js';
export { checkData, dataInfo, dataStats } from './datasets/datasets.js';
export { fetchDataset } from './datasets/fetch.js';
export { synthesize } from './datasets/synthesize.js';
export { doctor } from './doctor/doctor.js';
export { environment, leave } from './native/addon.js';
export { seconds } from './options/check.js';
export { finetuneOptions, linclsOptions, pretrainOptions } from './options/flags.js';
export { checkEffects, checkEmpty } from './options/idle.js';
export { choicesOf, type Kind } from './options/table/kinds.js';
export { noUrl } from './options/table/machine.js';
export { attribute, type CommandName, longFlag, type Row } from './options/table/row.js';
export {
  type Entry,
  type FlagsOf,
  fixedDefault,
  optionsOf,
  rowsOf,
} from './options/table/table.js';
export * from './options/types.js';
export { checkRecipe } from './recipes/check.js';
export { loadRecipe, recipes, resolvedFlags } from './recipes/load.js';
export * from './recipes/types.js';
export { differingOptions } from './report/axes.js';
export { type Measure, measures } from './report/measures.js';
export { exportCheckpoint, hashTensors, inspectCheckpoint } from './run/checkpoints.js';
export { compare } from './run/compare.js';
export { features, finetune, knn, lincls, pretrain, score, spectrum } from './run/jobs.js';
export { predict, probe } from './run/judge.js';
export { describePredictor } from './run/predictor.js';
export { nameOfStanding, standingOf, verdictOf, verdictTracker } from './run/verdict.js';
export { verifyResume } from './run/verify-resume.js';
export { listRuns } from './runs/list.js';
export { type AcrossSeeds, acrossSeeds, type SeedResult } from './runs/seeds.js';
export { bestOf as bestRun } from './runs/sort.js';
export { fetchLibtorch } from './setup/fetch.js';
export {
  commandOf,
  type Ended as RunEnd,
  runSweep,
  type SweepOptions,
  sweepRows,
} from './sweep/sweep.js';
export * from './types/choices.js';
export * from './types/datasets.js';
export * from './types/doctor.js';
export * from './types/events.js';
export * from './types/report.js';
export * from './types/results.js';
export * from './types/sweep.js';

/**
 * Writes the images of a place as shards into a new folder, in the order that a run has them in: training on them
 * makes the same batches. The folder appears whole or not at all. Progress counts images.
 */
export async function packDataset(
  options: PackOptions,
  control: Control<ProgressEvent> = {},
): Promise<PackSummary> {
  const { pack } = await import('./datasets/pack.js');
  return pack(options, control);
}
export * from './types/vectors.js';
export { embed } from './vectors/embed.js';
export { type Query, Vectors } from './vectors/vectors.js';

/** Writes a report on the runs in these folders, side by side; returns the files. Rejects with `bad_run`. */
export async function report(runs: string[], options: ReportOptions): Promise<string[]> {
  const { writeReport } = await import('./report/write.js');
  return writeReport(runs, options);
}

/** Serves a live page of the run in this folder until the signal is aborted. Rejects with `bad_run`. */
export async function watch(run: string, options: WatchOptions = {}): Promise<void> {
  const { serveRun } = await import('./report/server.js');
  return serveRun(run, options);
}

/**
 * Reports the events of the run in this folder, those that were and those that come, until it ends;
 * undefined where the signal is aborted before. Rejects with `bad_run`.
 */
export async function followRun(run: string, control: Control = {}): Promise<Summary | undefined> {
  const { followLog } = await import('./run/log.js');
  return followLog(run, control);
}

/** The runs of a sweep's file, each checked; `data` stands in for the images that it names. Rejects with `bad_recipe`. */
export async function planSweep(file: string, data: string[] = []): Promise<SweepPlan> {
  const { planSweep: plan } = await import('./sweep/plan.js'); // YAML is read only where a sweep is
  return plan(file, data);
}
