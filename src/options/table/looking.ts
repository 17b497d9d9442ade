// What is looked at in a trained network, and how it is shown.
import { type Branch, branches, featureLayers, vectorTypes } from '../../types/choices.js';
import { choice, number, path, text, toggle, whole } from './kinds.js';
import { option } from './row.js';

export const evaluated = {
  heading: 'Model:',
  rows: {
    /** The checkpoint whose backbone is evaluated; random weights where left out. */
    pretrained: option('--pretrained <path>', 'checkpoint of the backbone', {
      type: text,
      absent: '',
      for: ['knn', 'map'],
    }),
  },
} as const;

export const embedded = {
  heading: 'Model:',
  rows: {
    /** The checkpoint whose network makes the vectors: ours, or any weights that can be read. */
    pretrained: option('--pretrained <path>', 'checkpoint, or weights of another library', {
      type: path,
      absent: '',
      for: ['embed'],
    }),
  },
} as const;

/** Which features of a checkpoint. */
export const features = {
  heading: 'Features:',
  rows: {
    /** The backbone's, or the projector's on top of it. */
    features: option('--features <layer>', `of the ${featureLayers.join(' or the ')}`, {
      type: choice('features', featureLayers),
      default: 'backbone',
      for: ['knn', 'map', 'embed', 'score', 'probe'],
    }),
    /** Of BYOL: the online network or the momentum network. */
    branch: option('--branch <name>', `of byol and dino: ${branches.join(', ')} network`, {
      type: choice<Branch>('branch', branches),
      default: 'online',
      for: ['knn', 'map', 'embed', 'score', 'probe', 'export'],
    }),
  },
} as const;

/** Source: McInnes et al. 2018 (UMAP), as umap-learn has them. */
export const map = {
  heading: 'Map (UMAP):',
  rows: {
    /** UMAP: how many nearest neighbours hold a point in its place. */
    neighbours: option('--neighbours <n>', 'of each image that keep it in its place', {
      type: whole(2),
      default: 15,
      sent: false,
      for: ['map'],
    }),
    /** UMAP: the least distance between two points. */
    minDist: option('--min-dist <d>', 'how close two points may be, 0 to 1', {
      type: number({ least: 0, most: 1 }),
      default: 0.1,
      sent: false,
      for: ['map'],
    }),
    /** The same seed gives the same map. */
    seed: option('--seed <n>', 'the same seed gives the same map', {
      type: whole(0),
      default: 0,
      sent: false,
      for: ['map'],
    }),
    /** Pixels on a side of the small pictures; 0 makes none. */
    thumbnail: option(
      '--thumbnail <pixels>',
      'side of the pictures in the page; 0 leaves them out',
      { type: whole(0), default: 32, for: ['map'] },
    ),
  },
} as const;

/** Vectors as rdm embed writes them. */
export const vectors = {
  heading: 'Vectors:',
  rows: {
    dtype: option('--dtype <type>', vectorTypes.join(', '), {
      type: choice('type', vectorTypes),
      default: 'float32',
      for: ['embed'],
    }),
    /** Rows of length 1, whose products are cosines. */
    normalize: option('--normalize', 'rows of length 1', {
      type: toggle,
      absent: false,
      for: ['embed'],
    }),
    in: option('--in <file>', 'vectors that rdm embed wrote (.npy), in place of a checkpoint', {
      type: path,
      absent: '',
      sent: false,
      for: ['map'],
    }),
  },
} as const;

/** What is looked for in vectors. */
export const lookedUp = {
  heading: 'Vectors:',
  rows: {
    in: option('--in <file>', 'vectors that rdm embed wrote (.npy)', {
      type: path,
      required: true,
      line: true,
      for: ['search', 'duplicates'],
    }),
    /** The weights that the vectors are of, where they are elsewhere now. */
    pretrained: option(
      '--pretrained <path>',
      'the weights that the vectors are of, where they are elsewhere now',
      { type: path, absent: '', for: ['search'] },
    ),
    k: option('--k <n>', 'how many images of each query', {
      type: whole(1),
      default: 10,
      line: true,
      for: ['search'],
    }),
    above: option('--above <cosine>', 'of two images that count as one', {
      type: number({ least: 0, most: 1 }),
      default: 0.95,
      line: true,
      for: ['duplicates'],
    }),
  },
} as const;

/** Where the results of looking go. */
export const shown = {
  heading: 'Output:',
  rows: {
    /** Where the list of bad images is written; the working folder where left out. */
    output: option('--output <dir>', 'folder for the list of bad images', {
      type: path,
      default: '.',
      for: ['knn', 'spectrum', 'map', 'score', 'compare', 'probe', 'predict'],
    }),
    json: option('--json', 'print events and the result as JSON, one a line', {
      type: toggle,
      line: true,
      for: [
        ...(['knn', 'spectrum', 'map', 'embed', 'score', 'compare', 'probe', 'predict'] as const),
        ...(['search', 'duplicates'] as const),
      ],
    }),
  },
} as const;

export const spectrumFiles = {
  heading: 'Output:',
  rows: {
    svg: option('--svg <file>', 'also draw the singular values', {
      type: text,
      line: true,
      for: ['spectrum'],
    }),
  },
} as const;

export const comparison = {
  heading: 'Features:',
  rows: {
    /** Of the backbone, by the 20 nearest training images. */
    knn: option('--knn', 'also the accuracy by the 20 nearest training images; needs labels', {
      type: toggle,
      absent: false,
      sent: false,
      for: ['compare'],
    }),
  },
} as const;

export const comparedFiles = {
  heading: 'Output:',
  rows: {
    html: option('--html <file>', 'the comparison as a page', {
      type: text,
      defaultText: 'compare.html',
      line: true,
      for: ['compare'],
    }),
    svg: option('--svg <file>', 'the same as a drawing', {
      type: text,
      line: true,
      for: ['compare'],
    }),
    csv: option('--csv <file>', 'its numbers, direction by direction', {
      type: text,
      line: true,
      for: ['compare'],
    }),
  },
} as const;

export const mapFiles = {
  heading: 'Output:',
  rows: {
    html: option('--html <file>', 'the map as a page with pictures', {
      type: text,
      defaultText: 'map.html',
      line: true,
      for: ['map'],
    }),
    svg: option('--svg <file>', 'the map as a drawing', { type: text, line: true, for: ['map'] }),
    png: option('--png <file>', 'the map as a picture', { type: text, line: true, for: ['map'] }),
  },
} as const;

export const vectorFiles = {
  heading: 'Output:',
  rows: {
    /** Its ending is its format. */
    output: option(
      '-o, --output <file>',
      'where the vectors go: .npy (with .paths.csv and .json beside it), .parquet, .safetensors, .csv',
      { type: path, required: true, sent: false, for: ['embed'] },
    ),
    /** Replaces a finished file, and one that was begun with other images, weights or options. */
    overwrite: option('--overwrite', 'replace the file that is there', {
      type: toggle,
      absent: false,
      for: ['embed'],
    }),
    html: option('--html <file>', 'also a page with the pictures', {
      type: text,
      line: true,
      for: ['search', 'duplicates'],
    }),
    thumbnail: option('--thumbnail <pixels>', 'side of the pictures in the page', {
      type: whole(8),
      default: 160,
      line: true,
      for: ['search', 'duplicates'],
    }),
  },
} as const;

export const duplicateFiles = {
  heading: 'Output:',
  rows: {
    output: option('-o, --output <file>', 'a list for --exclude: all but the first of each group', {
      type: text,
      line: true,
      for: ['duplicates'],
    }),
  },
} as const;
