// What a run leaves about itself, and what is made of it.
import type { MeasureName, RunState, Standing, Training } from './choices.js';

/** One start of a run, in run.json: enough to make the run again. */
export interface RunRecord {
  started: string;
  /** A line for a shell; its flags are those that are not defaults, and the seed in use. */
  command: string;
  /** Every option, under the names of the flags. */
  options: Record<string, unknown>;
  seed: number;
  versions: { rdm: string; node: string; libtorch: string };
  machine: {
    host: string;
    platform: string;
    cpu: string;
    cores: number;
    memoryBytes: number;
    device: string;
  };
  folder: string;
  /** The commit of the working folder; null where it is in no git work tree. */
  commit: string | null;
  /** `folder`: the place of the images, or a list of several. */
  data: { folder: string | string[]; commit: string | null; listing: Listing | null };
  /** Where it began with the weights of another file: which, and which it left, by their names there. */
  init?: { weights: string; kind: string; taken: string[]; left: string[] };
}

/** Equal hashes: the same files, by path and size. */
export interface Listing {
  sha256: string;
  files: number;
  bytes: number;
}

/** Which files a report is written to; each is left out where it is not named. */
export interface ReportOptions {
  /** One page that holds everything it shows. */
  html?: string | undefined;
  /** A folder for one picture a chart. */
  svg?: string | undefined;
  /** Every measurement, a row an event. */
  csv?: string | undefined;
  /** Called with the reason for each folder that is left out, as it holds no run. */
  onSkipped?: ((reason: Error) => void) | undefined;
}

export interface WatchOptions {
  /** Address to listen on; 127.0.0.1 where left out. Elsewhere the page's address holds a secret. */
  host?: string | undefined;
  /** A free one where left out. */
  port?: number | undefined;
  /** Called with the page's address once it can be opened. */
  onListening?: ((url: string) => void) | undefined;
  /** Aborting ends the service. */
  signal?: AbortSignal | undefined;
}

/** What runs are compared by, of a run as far as it is; null where it has none. */
export type Measures = Record<MeasureName, number | null>;

/** A run in a table of runs. */
export interface RunRow {
  /** Its path below the folder that was looked through; of what was made of a pretraining with labels with ` (linear)` or ` (fine-tuned)`. */
  run: string;
  folder: string;
  command: Training;
  state: RunState;
  /** How many are over, of how many. */
  epoch: number;
  epochs: number;
  /** Of a pretraining; else null. */
  verdict: Standing | null;
  measures: Measures;
  /** The last that was saved, with labels the best; null where none is there. */
  checkpoint: string | null;
  /** When it was started for the last time; null where it left no run.json. */
  started: string | null;
  /** Of all starts together. */
  seconds: number;
  /** Under the names of the flags in camel case; empty where it left no run.json. */
  options: Record<string, unknown>;
}

export interface RunsOptions {
  /** Conditions that all have to hold, such as `sigma<0`: a column or an option, one of = != < <= > >= ~, a value. */
  where?: string[] | undefined;
  /** A column or an option; the best or the least first, the other way round after a minus. */
  sort?: string | undefined;
  /** Called with the reason for each folder that is left out, as its files are not readable. */
  onSkipped?: ((reason: Error) => void) | undefined;
}
