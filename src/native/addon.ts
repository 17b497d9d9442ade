// The waist: finds, loads (on first use) and types the C++ addon. Plain values only cross here.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RdmError } from '../base/errors.js';
import type { DataCheck, DataInfo } from '../types/datasets.js';
import type { Event, FeatureEvent, KnnEvent, ProgressEvent } from '../types/events.js';
import type {
  CheckpointInfo,
  Environment,
  ExportSummary,
  FeatureSet,
  KnnSummary,
  SpectrumSummary,
  Summary,
  TensorHash,
} from '../types/results.js';
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

export interface Native {
  pretrain(options: NativeOptions, onEvent: (event: Event) => void): Job<Summary>;
  lincls(options: NativeOptions, onEvent: (event: Event) => void): Job<Summary>;
  knn(options: NativeOptions, onEvent: (event: KnnEvent) => void): Job<Stoppable<KnnSummary>>;
  spectrum(
    options: NativeOptions,
    onEvent: (event: FeatureEvent) => void,
  ): Job<Stoppable<SpectrumSummary>>;
  features(
    options: NativeOptions,
    onEvent: (event: FeatureEvent) => void,
  ): Job<Stoppable<FeatureSet>>;
  inspectCheckpoint(path: string): Promise<CheckpointInfo>;
  hashTensors(path: string): Promise<TensorHash[]>;
  exportCheckpoint(options: NativeOptions): Promise<Omit<ExportSummary, 'output'>>;
  dataInfo(places: string | string[]): Promise<DataInfo>;
  checkData(options: NativeOptions, onEvent: (event: ProgressEvent) => void): Job<DataCheck>;
  synthesize(options: NativeOptions): Promise<{ images: number }>;
  environment(): Environment;
}

const built = fileURLToPath(new URL('../../build/Release/rdm.node', import.meta.url));
const howToBuild =
  'build it with `npm run setup` in a checkout, or `npx rdm setup` where rdm-ssl is installed';

let loaded: Native | undefined;

/** RDM_ADDON, or the addon that set-up built. */
export const addonPath = (): string => resolve(process.env.RDM_ADDON || built);

/** The addon. Throws `no_addon` with what to do. */
export function native(): Native {
  loaded ??= load(addonPath());
  return loaded;
}

function load(path: string): Native {
  if (!existsSync(path)) {
    throw new RdmError('no_addon', `the native addon is not built: no ${path}`, howToBuild);
  }
  process.env.TORCH_CPP_LOG_LEVEL ??= 'ERROR'; // c10d warns of what comes back as an error anyway
  chooseWaiting(process.env);
  try {
    return createRequire(import.meta.url)(path) as Native;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RdmError('no_addon', `the native addon does not load: ${reason}`, howToBuild, {
      cause,
    });
  }
}

/** Versions, devices and codecs that the addon was built with and finds here. */
export function environment(): Environment {
  return native().environment();
}
