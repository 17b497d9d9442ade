// What runs that differ in their seeds alone come to: each, their mean, and how far apart they lie.
import { readRuns } from '../report/runs.js';

/** What a run came to at its end, in percent. */
export interface SeedResult {
  folder: string;
  seed: number;
  top1: number;
  top5: number;
  /** Of its epochs: chosen by the images that it is measured on. */
  bestTop1: number;
}

/** Runs that differ in their seeds alone. */
export interface AcrossSeeds {
  runs: SeedResult[];
  top1: Spread;
  top5: Spread;
}

/** Null where there are too few. */
interface Spread {
  mean: number | null;
  deviation: number | null;
}

/** Of the runs in these folders; one that has validated nothing yet is left out. Throws `bad_run`. */
export function acrossSeeds(folders: string[]): AcrossSeeds {
  const runs = readRuns(folders).flatMap(({ folder, start, entries }): SeedResult[] => {
    const last = entries.findLast((entry) => entry.type === 'evaluation');
    if (!last) return [];
    const { top1, top5, bestTop1 } = last;
    return [{ folder, seed: start.seed, top1, top5, bestTop1 }];
  });
  return {
    runs,
    top1: spreadOf(runs.map(({ top1 }) => top1)),
    top5: spreadOf(runs.map(({ top5 }) => top5)),
  };
}

/** The deviation is that of a sample: its squares are divided by one less than there are. */
function spreadOf(values: number[]): Spread {
  const { length } = values;
  const mean = values.reduce((sum, value) => sum + value, 0) / length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean: length > 0 ? mean : null,
    deviation: length > 1 ? Math.sqrt(squares / (length - 1)) : null,
  };
}
