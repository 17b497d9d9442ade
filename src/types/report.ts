// What a run leaves about itself, and what is made of it.

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
