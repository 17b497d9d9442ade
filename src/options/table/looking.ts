// What is looked at in a trained network, and how it is shown.
import { type Branch, branches, distances, featureLayers } from '../../types/choices.js';
import { choice, list, number, path, text, toggle, whole } from './kinds.js';
import { option } from './row.js';

export const evaluated = {
  heading: 'Model:',
  rows: {
    /** The checkpoint whose backbone is evaluated; random weights where left out. */
    pretrained: option('--pretrained <path>', 'checkpoint of the backbone', {
      type: text,
      absent: '',
      for: ['knn'],
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
      for: ['knn', 'embed'],
    }),
    /** Of BYOL: the online network or the momentum network. */
    branch: option('--branch <name>', `of byol: ${branches.join(', ')} network`, {
      type: choice<Branch>('branch', branches),
      default: 'online',
      for: ['knn', 'embed', 'export'],
    }),
  },
} as const;

/** Source: solo-learn's WeightedKNNClassifier. */
export const neighbours = {
  heading: 'Neighbours (each combination of the lists votes once):',
  rows: {
    /** How many neighbours vote. Each combination of the three lists is a result. */
    k: option('--k <n,n…>', 'how many vote', {
      type: list('numbers', whole(1)),
      default: [20],
      sent: false,
      for: ['knn'],
    }),
    /** A vote weighs exp(cosine / temperature); euclidean ones, 1 / distance, have none. */
    temperature: option('--temperature <t,t…>', 'a vote weighs exp(cosine / t)', {
      type: list('temperatures', number({ above: 0 })),
      default: [0.07],
      sent: false,
      for: ['knn'],
    }),
    distance: option(
      '--distance <name,name…>',
      `${distances.join(', ')} (a vote weighs 1 / distance, without temperature)`,
      {
        type: list('distances', choice('distance', distances)),
        default: ['cosine'],
        sent: false,
        for: ['knn'],
      },
    ),
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
      for: ['embed'],
    }),
    /** UMAP: the least distance between two points. */
    minDist: option('--min-dist <d>', 'how close two points may be, 0 to 1', {
      type: number({ least: 0, most: 1 }),
      default: 0.1,
      sent: false,
      for: ['embed'],
    }),
    /** The same seed gives the same map. */
    seed: option('--seed <n>', 'the same seed gives the same map', {
      type: whole(0),
      default: 0,
      sent: false,
      for: ['embed'],
    }),
    /** Pixels on a side of the small pictures; 0 makes none. */
    thumbnail: option(
      '--thumbnail <pixels>',
      'side of the pictures in the page; 0 leaves them out',
      { type: whole(0), default: 32, for: ['embed'] },
    ),
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
      for: ['knn', 'spectrum', 'embed'],
    }),
    json: option('--json', 'print events and the result as JSON, one a line', {
      type: toggle,
      line: true,
      for: ['knn', 'spectrum', 'embed'],
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

export const mapFiles = {
  heading: 'Output:',
  rows: {
    html: option('--html <file>', 'the map as a page with pictures', {
      type: text,
      defaultText: 'embedding.html',
      line: true,
      for: ['embed'],
    }),
    svg: option('--svg <file>', 'the map as a drawing', { type: text, line: true, for: ['embed'] }),
    png: option('--png <file>', 'the map as a picture', { type: text, line: true, for: ['embed'] }),
  },
} as const;
