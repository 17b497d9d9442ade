// The waist: finds, loads (on first use) and types the C++ addon. Plain values only cross here.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RdmError } from '../base/errors.js';
import type { DataCheck, DataInfo, DataStats } from '../types/datasets.js';
import type { Event, FeatureEvent, KnnEvent, ProgressEvent } from '../types/events.js';
import type {
  CheckpointInfo,
  Environment,
  ExportSummary,
  FeatureSet,
  KnnSummary,
  ProbeResult,
  ProbeSummary,
  ScoreSummary,
  SpectrumSummary,
  Summary,
  TensorHash,
} from '../types/results.js';
import type { EmbedSummary } from '../types/vectors.js';
import { libraryOf, match } from './libtorch.js';
import { checkLibrary, type Prebuilt, prebuilts } from './prebuilt.js';
import { chooseWaiting } from './waiting.js';

/** A job's options: `src/options` makes them, and the addon refuses a key that is missing, unknown or wrong. */
export type NativeOptions = Readonly<Record<string, unknown>>;

export interface Job<Result> {
  done: Promise<Result>;
  stop(): void;
  /** Stops and waits for the thread; for a process about to exit. */
  end(): void;
}

/** A result whose `outcome` is a flag. */
export type Stoppable<Result> = Omit<Result, 'outcome'> & { stopped: boolean };

/** A probe whose confusion matrix is row by row. */
export type FlatProbe = Omit<ProbeSummary, 'result'> & {
  result: (Omit<ProbeResult, 'confusion'> & { confusion: number[] }) | null;
};

/** A classifier's answers: `top` classes of each image, row by row, -1 of one that cannot be read. */
export interface FlatPredictions {
  outcome: 'done' | 'stopped';
  images: number;
  paths: string[];
  /** How many classes the classifier tells apart. */
  outputs: number;
  top: number;
  classes: number[];
  probabilities: Float32Array;
}

/** The images of a split, in the order of a run. */
export interface ImageListing {
  classes: string[];
  paths: string[];
  /** Paths below their places; of a shard's images their members' names, which their paths end with. */
  names: string[];
  /** Empty without classes. */
  labels: number[];
  /** Of images in shards: where they lie; else empty. */
  offsets: number[];
  bytes: number[];
  /** Of images in memory, (images, height, width, 3); else empty. */
  width: number;
  height: number;
  pixels: Uint8Array;
}

export interface Native {
  /** `inStep`: no further step is made until `onEvent` has returned from each event. */
  pretrain(options: NativeOptions, onEvent: (event: Event) => void, inStep?: boolean): Job<Summary>;
  lincls(options: NativeOptions, onEvent: (event: Event) => void): Job<Summary>;
  finetune(options: NativeOptions, onEvent: (event: Event) => void): Job<Summary>;
  knn(options: NativeOptions, onEvent: (event: KnnEvent) => void): Job<Stoppable<KnnSummary>>;
  spectrum(
    options: NativeOptions,
    onEvent: (event: FeatureEvent) => void,
  ): Job<Stoppable<SpectrumSummary>>;
  probe(options: NativeOptions, onEvent: (event: FeatureEvent) => void): Job<Stoppable<FlatProbe>>;
  predict(
    options: NativeOptions,
    onEvent: (event: FeatureEvent) => void,
  ): Job<Stoppable<FlatPredictions>>;
  score(
    options: NativeOptions,
    onEvent: (event: FeatureEvent) => void,
  ): Job<Stoppable<ScoreSummary>>;
  features(
    options: NativeOptions,
    onEvent: (event: FeatureEvent) => void,
  ): Job<Stoppable<FeatureSet>>;
  embed(
    options: NativeOptions,
    onEvent: (event: FeatureEvent) => void,
  ): Job<Stoppable<Omit<EmbedSummary, 'files'>>>;
  nearestRows(options: {
    matrix: object;
    queries: number[][];
    k: number;
  }): Promise<{ row: number; similarity: number }[][]>;
  findDuplicates(
    options: { matrix: object; above: number },
    onEvent: (event: ProgressEvent) => void,
  ): Job<{ stopped: boolean; groups: { rows: number[]; similarities: number[] }[] }>;
  contactSheet(options: { paths: string[]; side: number }): Promise<Uint8Array>;
  inspectCheckpoint(path: string): Promise<CheckpointInfo>;
  hashTensors(path: string): Promise<TensorHash[]>;
  exportCheckpoint(options: NativeOptions): Promise<Omit<ExportSummary, 'output' | 'names'>>;
  dataInfo(places: string | string[]): Promise<DataInfo>;
  checkData(options: NativeOptions, onEvent: (event: ProgressEvent) => void): Job<DataCheck>;
  dataStats(options: NativeOptions, onEvent: (event: ProgressEvent) => void): Job<DataStats>;
  synthesize(options: NativeOptions): Promise<{ images: number }>;
  /** Null where there is no such split. */
  listImages(options: { data: string | string[]; split: string }): Promise<ImageListing | null>;
  shardFiles(place: string): Promise<string[]>;
  environment(): Environment;
  leave(code: number): never;
}

const built = fileURLToPath(new URL('../../build/Release/rdm.node', import.meta.url));
const howToBuild =
  'build it with `npm run setup` in a checkout, or `npx rdm setup` where rdm-ssl is installed';

let loaded: Native | undefined;

/** The addon. Throws `no_addon` with what to do. */
export function native(): Native {
  loaded ??= load();
  return loaded;
}

/** RDM_ADDON, the addon that set-up built, or the first that came ready-made. */
export function addonPath(): string {
  const own = resolve(process.env.RDM_ADDON || built);
  return process.env.RDM_ADDON || existsSync(own) ? own : (prebuilts()[0]?.addon ?? own);
}

function load(): Native {
  const path = addonPath();
  if (!existsSync(path)) {
    throw new RdmError('no_addon', `the native addon is not built: no ${path}`, howToBuild);
  }
  process.env.TORCH_CPP_LOG_LEVEL ??= 'ERROR'; // c10d warns of what comes back as an error anyway
  chooseWaiting(process.env);
  const addons = prebuilts();
  if (!addons.some(({ addon }) => addon === path)) return required<Native>(path, howToBuild);
  return loadPrebuilt(addons);
}

/** LibTorch first, from wherever it is, then the addon that fits it. */
function loadPrebuilt(addons: Prebuilt[]): Native {
  const [first] = addons; // all were made on the same system
  if (first) checkLibrary(first);
  const { addon, torch } = match(addons);
  const again =
    'fetch LibTorch anew with `npx rdm setup`, or build from source: `npx rdm setup --build`';
  const opener = required<{ open(path: string): void }>(addon.opener, again);
  try {
    opener.open(libraryOf(torch.path));
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new RdmError(
      'no_addon',
      `the LibTorch in ${torch.path} does not load: ${reason}`,
      again,
      { cause },
    );
  }
  return required<Native>(addon.addon, again);
}

function required<Module>(path: string, hint: string): Module {
  try {
    return createRequire(import.meta.url)(path) as Module;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RdmError('no_addon', `the native addon does not load: ${reason}`, hint, { cause });
  }
}

/** Versions, devices and codecs that the addon was built with and finds here. */
export function environment(): Environment {
  return native().environment();
}

/** Ends the process, where the addon is loaded, before LibTorch takes back its operators one by one. */
export function leave(code: number): void {
  loaded?.leave(code);
}
