// What a checkpoint says of the run that wrote it, and how that fills in what a caller leaves out.
import { realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RdmError, translated, writing } from '../base/errors.js';
import { native } from '../native/addon.js';
import { oneOf, type Places, standardInput, toList } from '../options/check.js';
import type { ExportOptions, LinclsOptions } from '../options/types.js';
import {
  type Architecture,
  branches,
  type Dataset,
  exportFormats,
  type Stem,
  takesPatches,
} from '../types/choices.js';
import type { Channels } from '../types/datasets.js';
import type { RecordedEvent, WeightsEvent } from '../types/events.js';
import type { CheckpointInfo, ExportSummary, TensorHash } from '../types/results.js';

/** Reads what a checkpoint holds, without building a network. Rejects with `bad_checkpoint`. */
export function inspectCheckpoint(path: string): Promise<CheckpointInfo> {
  return translated(() => native().inspectCheckpoint(path));
}

/** The SHA-256 of each tensor: of the state dict, then of the optimizer. Rejects with `bad_checkpoint`. */
export function hashTensors(path: string): Promise<TensorHash[]> {
  return translated(() => native().hashTensors(path));
}

/**
 * Writes the backbone of a checkpoint as a file of another library, and with it a linear classifier where there
 * is one; the names of its classes, where the checkpoint has them, as a list in a file beside it. Rejects with `bad_checkpoint` where that library does not have the network.
 */
export async function exportCheckpoint(options: ExportOptions): Promise<ExportSummary> {
  const { checkpoint, output } = options;
  const format = oneOf('format', options.format, exportFormats);
  const branch = oneOf('branch', options.branch ?? 'online', branches);
  const wanted = { checkpoint, output: resolve(output), format, branch };
  const summary = await translated(() => native().exportCheckpoint(wanted));
  const { rdm } = await inspectCheckpoint(checkpoint);
  const names = `${output}.classes.json`;
  const list = summary.classes === null ? undefined : namesIn(rdm, summary.classes);
  await writing(names, async () => {
    if (list) writeFileSync(names, `${JSON.stringify(list)}\n`);
    else rmSync(names, { force: true }); // of what was there before
  });
  return { output, ...summary, names: list ? names : null };
}

/** What a checkpoint's record calls its classes; undefined where it does not name as many as it tells apart. */
export function namesIn(record: CheckpointInfo['rdm'], outputs: number): string[] | undefined {
  const names = record?.classNames;
  return areTexts(names) && (names as string[]).length === outputs
    ? (names as string[])
    : undefined;
}

/** What a checkpoint says of its run that a later one can take over, and the folder that its run wrote to. */
interface Recorded {
  classes?: string;
  cropSize?: number;
  data?: Places;
  dataset?: Dataset;
  exclude?: string[];
  fraction?: number;
  images?: number;
  imagesPerClass?: number;
  output?: string;
  labels?: string;
  stem?: Stem;
  stemPadding?: number;
  /** That the images were normalised with. */
  statistics?: { mean: Channels; std: Channels };
  val?: string;
}

const texts = ['classes', 'dataset', 'labels', 'output', 'stem', 'val'] as const;
const numbers = ['cropSize', 'images', 'imagesPerClass', 'stemPadding'] as const;

const areTexts = (value: unknown) =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

const isPlaces = (value: unknown) =>
  typeof value === 'string' || (areTexts(value) && (value as unknown[]).length > 0);

const isShare = (value: unknown) => typeof value === 'number' && value > 0 && value <= 1;

const areChannels = (value: unknown) =>
  Array.isArray(value) && value.length === 3 && value.every((one) => one === 0 || isShare(one));

function areStatistics(value: unknown): boolean {
  const { mean, std } = (value ?? {}) as Record<string, unknown>;
  return areChannels(mean) && areChannels(std) && (std as Channels).every((one) => one > 0);
}

/** Only what is of its kind: the file may be anybody's. Throws `bad_checkpoint`. */
function readRecorded(checkpoint: string, record: Record<string, unknown>): Recorded {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const wrong = [
    ...texts.filter((key) => typeof (record[key] ?? '') !== 'string'),
    ...(isPlaces(record.data ?? '') ? [] : ['data']),
    ...(areTexts(record.exclude ?? []) ? [] : ['exclude']),
    ...(isShare(record.fraction ?? 1) ? [] : ['fraction']),
    ...(record.statistics === undefined || areStatistics(record.statistics) ? [] : ['statistics']),
    ...numbers.filter((key) => !isCount(record[key] ?? 0)),
  ];
  if (wrong.length > 0) {
    throw new RdmError(
      'bad_checkpoint',
      `${checkpoint} records no usable '${wrong[0]}'`,
      'it is damaged, or made by hand',
    );
  }
  return record as Recorded;
}

/**
 * Whether the checkpoint still lies where its run wrote it. The paths that it records are then the caller's own;
 * a file that came from elsewhere could name any.
 */
function isInPlace(checkpoint: string, { output }: Recorded): boolean {
  const folder = dirname(resolve(checkpoint));
  return output === folder || output === realpathSync(folder);
}

/** What a run says of the checkpoint that it begins with. */
export type Told = RecordedEvent | WeightsEvent;

/** The options that may come from a checkpoint. */
type Recordable = Pick<LinclsOptions, Exclude<keyof Recorded, 'statistics'> | Fixed>;
type Fixed = 'arch' | 'patchSize' | 'mean' | 'std';

/**
 * Takes over from the checkpoint what the caller leaves out: arch, stem or patches, dataset, crop size, what pixels were
 * normalised with (unless the caller names a dataset) and, where the file lies in the folder that its run wrote to,
 * the data folder (with its labels, its classes and which of its images, and the validation images). Rejects where
 * the caller names another architecture than the checkpoint, or what this one does not have.
 */
export async function takeOver<Options extends Recordable>(
  options: Options,
  checkpoint: string | undefined,
): Promise<{ options: Options; told: Told[] }> {
  if (!checkpoint) return { options, told: [] };
  const info = await inspectCheckpoint(checkpoint);
  if (options.arch && info.arch && options.arch !== info.arch) {
    throw new RdmError(
      'bad_checkpoint',
      `${checkpoint} holds a ${info.arch}, not a ${options.arch}`,
      `leave the architecture out, or name ${info.arch}`,
    );
  }
  refuseWithout(options, checkpoint, options.arch ?? info.arch ?? '');
  const before = readRecorded(checkpoint, { ...(info.stem && { stem: info.stem }), ...info.rdm });
  const takesData = toList(options.data).length === 0 && before.data;
  if (takesData && toList(before.data).includes(standardInput)) {
    throw new RdmError(
      'usage',
      `no data folder was given, and the run of ${checkpoint} read its list from standard input`,
      'pass it again, or a file with the list',
    );
  }
  if (takesData && !isInPlace(checkpoint, before)) {
    throw new RdmError(
      'usage',
      `no data folder was given, and ${checkpoint} is not in the folder that its run wrote to`,
      `pass the data folder; the checkpoint records ${JSON.stringify(before.data)}`,
    );
  }
  const taken = {
    ...(!options.arch && info.arch && { arch: info.arch as Architecture }),
    ...(!takesPatches(info.arch ?? '') && takeStem(options, before)),
    ...(info.patchSize && options.patchSize === undefined && { patchSize: info.patchSize }),
    ...(!options.dataset && isKnown(before.dataset) && { dataset: before.dataset }),
    ...(options.cropSize === undefined && before.cropSize && { cropSize: before.cropSize }),
    ...takeStatistics(options, before),
    ...(takesData && takeData(options, before)),
  };
  const told: Told[] = [];
  if (info.weights && !info.rdm) told.push({ type: 'weights', checkpoint, ...info.weights });
  if (Object.keys(taken).length > 0) told.push({ type: 'recorded', checkpoint, ...taken });
  return { options: { ...options, ...taken }, told };
}

const isKnown = (dataset?: Dataset) => dataset !== undefined && dataset !== 'custom';

/** What one kind of backbones alone has. */
function refuseWithout(options: Recordable, checkpoint: string, arch: string): void {
  const { stem, stemPadding, patchSize } = options;
  const { freezeBn = false } = options as { freezeBn?: boolean | undefined };
  const given = takesPatches(arch)
    ? { '--stem': stem, '--stem-padding': stemPadding, '--freeze-bn': freezeBn || undefined }
    : { '--patch-size': arch ? patchSize : undefined };
  const [flag] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (!flag) return;
  const message = `${flag} has no effect with the ${arch} of ${checkpoint}`;
  throw new RdmError('usage', message, 'leave it out');
}

function takeStem(options: Recordable, { stem, stemPadding }: Recorded) {
  if (options.stem !== undefined || stem !== 'cifar') return {};
  return { stem, ...(options.stemPadding === undefined && stemPadding && { stemPadding }) };
}

/** Weights see what they were trained to see, whatever they are shown. */
function takeStatistics({ dataset, mean, std }: Recordable, { statistics }: Recorded) {
  if (dataset || !statistics) return {};
  return { ...(!mean && { mean: statistics.mean }), ...(!std && { std: statistics.std }) };
}

function takeData(options: Recordable, before: Recorded) {
  const { data, val, labels, classes, exclude = [] } = before;
  return {
    ...(data && { data }),
    ...(options.val === undefined && val && val !== 'none' && { val }),
    ...(options.labels === undefined && labels && { labels }),
    ...(options.classes === undefined && classes && { classes }),
    ...(options.exclude === undefined && exclude.length > 0 && { exclude }),
    ...takeNumber(options, before),
  };
}

/** One of the three says how many of the images: the caller's, or that of the record. */
function takeNumber(options: Recordable, { fraction = 1, images, imagesPerClass }: Recorded) {
  const given = [options.fraction, options.images, options.imagesPerClass];
  if (given.some((one) => one !== undefined)) return {};
  return {
    ...(fraction < 1 && { fraction }),
    ...(images && { images }),
    ...(imagesPerClass && { imagesPerClass }),
  };
}
