// Which images are read, how, and what is made of them.
import {
  badImageActions,
  type Dataset,
  datasets,
  decodings,
  interpolations,
} from '../../types/choices.js';
import { parseCrops } from './crops.js';
import {
  choice,
  eachView,
  four,
  list,
  number,
  pair,
  path,
  probability,
  text,
  whole,
} from './kinds.js';
import { option, per, readers, trained } from './row.js';

const strength = four({
  brightness: number({ least: 0 }),
  contrast: number({ least: 0 }),
  saturation: number({ least: 0 }),
  hue: number({ least: 0, most: 0.5 }),
});

/**
 * How the views of an image are made, in this order. Of probabilities, a pair holds one for each large crop, and a
 * third is that of the small ones.
 */
export const views = {
  heading: 'Views (in this order):',
  rows: {
    /**
     * How many crops there are of each size: two large ones, which are what is predicted, then small ones, which only
     * predict. As papers write multi-crop (2x224 + 6x96); SwAV's nmb_crops and size_crops, DINO's local_crops_number
     * and solo-learn's num_crops in one flag. The large size is cropSize.
     */
    crops: option(
      '--crops <counts>',
      'byol, swav, dino: crops of each size, as in 2x224,6x96: two large, then small ones, which only predict',
      { type: list('crops such as 2x224', text), sent: false, for: ['pretrain'] },
    ),
    /** Least and largest share of the image's area in a crop. */
    cropScale: option('--crop-scale <min,max>', "share of the image's area in a crop", {
      type: pair(number()),
      default: [0.2, 1],
      sent: false,
      for: ['pretrain'],
    }),
    /** That of the small crops; the default is DINO's. */
    smallCropScale: option('--small-crop-scale <min,max>', 'likewise, in a small crop', {
      type: pair(number()),
      default: [0.05, 0.4],
      when: { crops: true },
      sent: false,
      for: ['pretrain'],
    }),
    interpolation: option('--interpolation <name>', `of the crop: ${interpolations.join(', ')}`, {
      type: choice('interpolation', interpolations),
      default: 'bilinear',
      sent: false,
      for: ['pretrain'],
    }),
    /** Strength of brightness, contrast, saturation and hue. */
    jitter: option('--jitter <b,c,s,h>', 'strength of brightness, contrast, saturation, hue', {
      type: strength,
      default: [0.4, 0.4, 0.4, 0.1],
      sent: false,
      for: ['pretrain'],
    }),
    smallJitter: option('--small-jitter <b,c,s,h>', 'likewise, of small crops', {
      type: strength,
      default: ({ jitter }) => jitter,
      defaultText: '--jitter',
      when: { crops: true },
      sent: false,
      for: ['pretrain'],
    }),
    jitterProb: option('--jitter-prob <p>', 'probability of the jitter', {
      type: probability,
      default: 0.8,
      sent: false,
      for: ['pretrain'],
    }),
    grayscaleProb: option('--grayscale-prob <p>', 'of grey', {
      type: probability,
      default: 0.2,
      sent: false,
      for: ['pretrain'],
    }),
    blurProb: option(
      '--blur-prob <p[,p[,p]]>',
      'of Gaussian blur: of all, or each large crop, small ones',
      {
        type: eachView(probability),
        default: [0.5, 0.5],
        sent: false,
        for: ['pretrain'],
      },
    ),
    solarizeProb: option('--solarize-prob <p[,p[,p]]>', 'of solarization, likewise', {
      type: eachView(probability),
      default: [0, 0],
      sent: false,
      for: ['pretrain'],
    }),
    equalizeProb: option('--equalize-prob <p[,p[,p]]>', 'of equalization, likewise', {
      type: eachView(probability),
      default: [0, 0],
      sent: false,
      for: ['pretrain'],
    }),
    flipProb: option('--flip-prob <p>', 'of a mirror image', {
      type: probability,
      default: 0.5,
      sent: false,
      for: ['pretrain'],
    }),
  },
} as const;

/** CIFAR is seen as it is. */
const small = (dataset: Dataset) => dataset === 'cifar10' || dataset === 'cifar100';

/** Which images, and how they are read. */
export const data = {
  heading: 'Data:',
  rows: {
    /** Names statistics, number of classes and evaluation views; `custom` tells them from the files. */
    dataset: option(
      '--dataset <name>',
      `names statistics, classes and evaluation views: ${datasets.join(', ')}`,
      {
        type: choice<Dataset>('dataset', datasets),
        default: 'custom',
        recorded: true,
        for: readers,
      },
    ),
    /** A place with val/, or of nothing else; `none`: there are none. Where left out, the val/ of the data. */
    val: option(
      '--val <place>',
      "place of the validation images (its val/, or all of it), or none; else the data's val/",
      { type: text, absent: '', resume: 'may differ', for: trained },
    ),
    /** A .csv with path,label for every training image. */
    labels: option('--labels <file>', 'labels of the images: a .csv with path,label', {
      type: path,
      absent: '',
      resume: 'may differ',
      for: readers,
    }),
    /** How many, evenly spaced in their order; 0 takes all. */
    images: option('--images <n>', 'validation images, evenly spaced in their order; 0 takes all', {
      type: whole(0),
      default: per({ spectrum: 10_000, map: 2000, score: 2048, compare: 2000, predict: 0 }),
      for: ['spectrum', 'map', 'score', 'compare', 'predict'],
    }),
    /** Threads that decode and augment images. */
    workers: option('-j, --workers <n>', 'threads that read images', {
      type: whole(0),
      default: 32,
      resume: 'may differ',
      for: readers,
    }),
    /** Pixels on a side of what the network sees; that of the large crops, else 32 for CIFAR, else 224. */
    cropSize: option('--crop-size <pixels>', 'side of what the network sees', {
      type: whole(1),
      default: ({ dataset, crops }) =>
        Array.isArray(crops) ? parseCrops(crops)[0].size : small(dataset) ? 32 : 224,
      defaultText: '224; of cifar10 and cifar100 32; of --crops its first',
      recorded: true,
      for: readers,
    }),
    /** Shorter side before the centre crop; for CIFAR cropSize, else cropSize · 256 / 224. */
    valResize: option('--val-resize <pixels>', 'shorter side before the centre crop', {
      type: whole(1),
      default: ({ dataset, cropSize }) =>
        small(dataset) ? cropSize : Math.round((cropSize * 256) / 224),
      defaultText: 'crop · 256/224; of CIFAR the crop',
      recorded: true,
      for: readers,
    }),
    valImagesPerClass: option(
      '--val-images-per-class <n>',
      'only the first n validation images of each class',
      { type: whole(0), absent: 0, for: trained },
    ),
    /** A text file with the names of the classes to take, one a line; all where left out. */
    classes: option('--classes <file>', 'only the classes whose names the file lists, one a line', {
      type: path,
      absent: '',
      resume: 'may differ',
      for: readers,
    }),
    /** `exact`: as Pillow decodes; `fast`: chroma at half the luma's resolution, large JPEGs at a smaller size. */
    decode: option(
      '--decode <how>',
      `how JPEGs are decoded: ${decodings.join(', ')} (chroma at half resolution, large ones smaller)`,
      { type: choice('decoding', decodings), default: 'exact', for: readers },
    ),
    /** An image that cannot be read is replaced by another and listed, or ends the run. */
    onBadImage: option(
      '--on-bad-image <action>',
      `what to do about one: ${badImageActions.join(' (replace and list it), ')} (end the run)`,
      {
        type: choice('action on a bad image', badImageActions),
        default: 'skip',
        resume: 'may differ',
        for: readers,
      },
    ),
    /** An image with more pixels counts as one that cannot be read. The default is Pillow's limit. */
    maxImagePixels: option(
      '--max-image-pixels <n>',
      'an image with more counts as one that cannot be read',
      { type: whole(1), default: 178_956_970, for: readers },
    ),
    valBatchSize: option('', 'images in a batch of validation', {
      type: whole(1),
      default: per({
        ...{
          pretrain: 256,
          lincls: 256,
          finetune: 256,
          knn: 256,
          spectrum: 256,
          map: 256,
          score: 256,
          probe: 256,
        },
        ...{ embed: 64, predict: 64 },
      }),
      resume: 'may differ',
      for: readers,
    }),
  },
} as const;
