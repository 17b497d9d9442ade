// What comes of files of vectors.
import type { Place } from './datasets.js';

/** What rdm embed wrote. */
export interface EmbedSummary {
  /** `stopped`: the signal was aborted; the same call goes on. */
  outcome: 'done' | 'stopped';
  /** The files, the vectors first; none where it was stopped. */
  files: string[];
  images: number;
  /** How many have their row, and how many of these an earlier call had written. */
  rows: number;
  resumed: number;
  dim: number;
  places: Place[];
  /** How many classes the images have; 0: they have no labels. */
  classes: number;
}

/** An image of a file of vectors. */
export interface VectorImage {
  row: number;
  path?: string;
  label?: string;
}

/** An image that is near to another. */
export interface Neighbour extends VectorImage {
  /** The cosine between the two vectors. */
  similarity: number;
}

/** Images that are nearly the same: the first of them by its row, then the others. */
export interface DuplicateGroup {
  /** `similarity` is to the first. */
  images: Neighbour[];
}

export interface DuplicateSummary {
  /** `stopped`: the signal was aborted, and there are no groups. */
  outcome: 'done' | 'stopped';
  groups: DuplicateGroup[];
}
