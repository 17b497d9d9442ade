// The options of rdm data.
import { availableParallelism } from 'node:os';
import { syntheticForms } from '../../types/choices.js';
import { data } from './data.js';
import { choice, number, text, whole } from './kinds.js';
import { option } from './row.js';

const heading = 'Options:';

export const fetched = {
  heading,
  rows: {
    url: option('--url <url>', "another address than the authors'", {
      type: text,
      line: true,
      for: ['data fetch'],
    }),
    md5: option('--md5 <hex>', "checksum of an archive that is not the authors'", {
      type: text,
      line: true,
      for: ['data fetch'],
    }),
  },
} as const;

export const synthesized = {
  heading,
  rows: {
    trainPerClass: option('--train-per-class <n>', 'training images of each class', {
      type: whole(1),
      default: 100,
      for: ['data synthesize'],
    }),
    valPerClass: option('--val-per-class <n>', 'validation images of each class', {
      type: whole(1),
      default: 20,
      for: ['data synthesize'],
    }),
    /** Pixels on a side. */
    size: option('--size <pixels>', 'side of an image', {
      type: whole(8),
      default: 64,
      for: ['data synthesize'],
    }),
    seed: option('--seed <n>', 'the same seed gives the same images', {
      type: whole(0),
      default: 0,
      for: ['data synthesize'],
    }),
    /** Folders of classes, with lists (train.txt) or tables (train.csv) of their images beside them, or shards. */
    form: option('--form <form>', syntheticForms.join(', '), {
      type: choice('form', syntheticForms),
      default: 'folder',
      for: ['data synthesize'],
      sent: false,
    }),
  },
} as const;

export const packed = {
  heading,
  rows: {
    /** Megabytes (1,000,000 bytes) that a shard has at most, but for one image that has more. */
    shardSize: option('--shard-size <mb>', 'megabytes of a shard at most', {
      type: number({ above: 0 }),
      default: 500,
      for: ['data pack'],
    }),
  },
} as const;

const { maxImagePixels } = data.rows;

export const checked = {
  heading,
  rows: {
    /** Threads; one a processor where left out. */
    workers: option('-j, --workers <n>', 'threads', {
      type: whole(1),
      default: () => availableParallelism(),
      defaultText: 'one a processor',
      for: ['data check', 'data stats'],
    }),
    maxImagePixels: { ...maxImagePixels, for: ['data check', 'data stats'] },
  },
} as const;

export const measured = {
  heading,
  rows: {
    /** How many, drawn by class; 0 takes all. */
    images: option('--images <n>', 'so many images, drawn by class; 0 takes all', {
      type: whole(0),
      default: 10_000,
      for: ['data stats'],
    }),
  },
} as const;
