// Which images are read, how, and what is made of them.
import type { Command } from 'commander';
import {
  badImageActions,
  datasets,
  decodings,
  interpolations,
  pretrainDefaults,
} from '../../index.js';
import { eachView, integer, number, numbers } from './parse.js';
import { addFlags, type Flag } from './table.js';

const defaults = pretrainDefaults;

const datasetFlag: Flag = {
  flags: '--dataset <name>',
  text: `names statistics, classes and evaluation views: ${datasets.join(', ')}`,
};

/** Where a checkpoint records it, the dataset's default is its own. */
export function addDataFlags(command: Command, recorded: 'recorded' | 'new'): Command {
  return addFlags(command, 'Data:', [
    { ...datasetFlag, ...(recorded === 'new' && { initial: defaults.dataset }) },
    ...imageFlags,
  ]);
}

/** Of commands that look at the validation images alone. */
export function addValidationFlags(command: Command, images: number): Command {
  return addFlags(command, 'Data:', [
    datasetFlag,
    {
      flags: '--images <n>',
      text: 'validation images, evenly spaced in their order; 0 takes all',
      parse: integer,
      initial: images,
    },
    ...imageFlags.filter(({ flags }) => !flags.includes('images-per-class')),
  ]);
}

const imageFlags: Flag[] = [
  {
    flags: '-j, --workers <n>',
    text: 'threads that read images',
    parse: integer,
    initial: defaults.workers,
  },
  {
    flags: '--crop-size <pixels>',
    text: 'side of what the network sees (default: 224; of cifar10 and cifar100 32)',
    parse: integer,
  },
  {
    flags: '--val-resize <pixels>',
    text: 'shorter side before the centre crop (default: crop · 256/224; of CIFAR the crop)',
    parse: integer,
  },
  {
    flags: '--images-per-class <n>',
    text: 'only the first n training images of each class',
    parse: integer,
  },
  {
    flags: '--val-images-per-class <n>',
    text: 'only the first n validation images of each class',
    parse: integer,
  },
  {
    flags: '--classes <file>',
    text: 'only the classes whose names the file lists, one a line',
  },
  {
    flags: '--decode <how>',
    text: `how JPEGs are decoded: ${decodings.join(', ')} (chroma at half resolution, large ones smaller)`,
    initial: defaults.decode,
  },
  {
    flags: '--on-bad-image <action>',
    text: `what to do about one: ${badImageActions.join(' (replace and list it), ')} (end the run)`,
    initial: defaults.onBadImage,
  },
  {
    flags: '--max-image-pixels <n>',
    text: 'an image with more counts as one that cannot be read',
    parse: integer,
    initial: defaults.maxImagePixels,
  },
];

const share = (flags: string, text: string, initial: number): Flag => ({
  flags,
  text,
  parse: number,
  initial,
});

const pair = (flags: string, text: string, initial: [number, number]): Flag => ({
  flags,
  text,
  parse: eachView,
  initial,
});

const viewFlags: Flag[] = [
  {
    flags: '--crop-scale <min,max>',
    text: "share of the image's area in a crop",
    parse: numbers(2),
    initial: defaults.cropScale,
  },
  {
    flags: '--interpolation <name>',
    text: `of the crop: ${interpolations.join(', ')}`,
    initial: defaults.interpolation,
  },
  {
    flags: '--jitter <b,c,s,h>',
    text: 'strength of brightness, contrast, saturation, hue',
    parse: numbers(4),
    initial: defaults.jitter,
  },
  share('--jitter-prob <p>', 'probability of the jitter', defaults.jitterProb),
  share('--grayscale-prob <p>', 'of grey', defaults.grayscaleProb),
  pair('--blur-prob <p[,p]>', 'of Gaussian blur, for both views or one each', defaults.blurProb),
  pair('--solarize-prob <p[,p]>', 'of solarization, likewise', defaults.solarizeProb),
  pair('--equalize-prob <p[,p]>', 'of equalization, likewise', defaults.equalizeProb),
  share('--flip-prob <p>', 'of a mirror image', defaults.flipProb),
];

export function addViewFlags(command: Command): Command {
  return addFlags(command, 'Views (in this order):', viewFlags);
}
