// What the jobs around datasets take and return.
import type { fetchable } from './choices.js';

export interface FetchOptions {
  dataset: (typeof fetchable)[number];
  /** Folder to unpack into; a run takes it as its data folder. */
  output: string;
  /** Where the archive is; the authors' address where left out. */
  url?: string | undefined;
  /** The archive's checksum; that of the authors' archive where left out. */
  md5?: string | undefined;
}

export interface FetchSummary {
  /** `present`: it was there before; `stopped`: the signal was aborted, and what came is kept. */
  outcome: 'done' | 'present' | 'stopped';
  /** The folder of the dataset's files. */
  path: string;
}

export interface PackSummary {
  /** `stopped`: the signal was aborted, and nothing is left. */
  outcome: 'done' | 'stopped';
  images: number;
  /** What to pass as a place: one shard, or a range of them. */
  places: { split: 'train' | 'val'; images: number; shards: number; place: string }[];
}

export interface DataCheck {
  root: string;
  /** How many were looked at. */
  images: number;
  /** The signal was aborted before all of them were. */
  stopped: boolean;
  bad: { path: string; reason: string }[];
}

/** Of the channels of training images: values from 0 to 1, every image counting the same. */
export interface DataStats {
  places: Place[];
  /** How many were measured, of how many there are. */
  images: number;
  of: number;
  /** How many could not be decoded, and are not counted. */
  bad: number;
  /** The signal was aborted before all of them were. */
  stopped: boolean;
  /** Null where it was stopped before the first image. */
  mean: Channels | null;
  std: Channels | null;
}

/** Red, green, blue. */
export type Channels = [number, number, number];

/**
 * `folder`: SPLIT/CLASS/*; `images`: at any depth, without classes and splits; `list`: a path on each line; `table`:
 * comma-separated paths and maybe labels; `shards`: tar archives as WebDataset has them; else the files of their
 * authors: CIFAR's in the binary or the Python layout, STL-10's folder or its file of images without labels.
 */
export type Layout =
  | 'folder'
  | 'images'
  | 'list'
  | 'table'
  | 'shards'
  | 'cifar10-binary'
  | 'cifar10-python'
  | 'cifar100-binary'
  | 'cifar100-python'
  | 'stl10-binary'
  | 'stl10-unlabelled';

/** Where images are. */
export interface Place {
  place: string;
  layout: Layout;
  images: number;
}

export interface DataInfo {
  /** The place; of several, what messages call them. */
  root: string;
  layout: Layout | 'several';
  /** Without `val` where there is none. */
  splits: { train: SplitInfo; val?: SplitInfo };
}

export interface SplitInfo {
  places: Place[];
  images: number;
  /** 0: the images have no labels. */
  classes: number;
  /** Null without labels. */
  smallestClass: { name: string; images: number } | null;
  largestClass: { name: string; images: number } | null;
  /** Classes without images; a run refuses a folder of images that has one. */
  emptyClasses: string[];
  /** Classes that the other split does not have. */
  onlyHere: string[];
  /** How many files beside the images are none, by their extension ('' where there is none). */
  ignoredFiles: Record<string, number>;
  /** What there is to tell of shards: those that changed since they were indexed. */
  notes: string[];
  /** A hash of classes, paths and labels: equal listings train on the same images. */
  listing: string;
  /** Pixels, over at most a thousand images, evenly spread. */
  widths: Range;
  heights: Range;
}

export interface Range {
  least: number;
  mean: number;
  most: number;
}
