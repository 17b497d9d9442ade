// How a trained network is judged: by neighbours, by a classifier, by scores without labels.
import { distances } from '../../types/choices.js';
import { choice, list, number, path, text, toggle, whole } from './kinds.js';
import { option } from './row.js';

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

/** Source: Thilak et al. 2024; of each image as many views as training draws. */
export const scored = {
  heading: 'Scores:',
  rows: {
    /** For LiDAR, evenly spaced among the others; 0 leaves it out. */
    lidarImages: option('--lidar-images <n>', 'of them, for LiDAR; 0 leaves it out', {
      type: whole(0),
      default: 256,
      for: ['score'],
    }),
    /** For LiDAR, drawn as SimSiam's. */
    lidarViews: option('--lidar-views <n>', 'views of each of these', {
      type: whole(2),
      default: 8,
      for: ['score'],
    }),
    /** Of LiDAR's views: the same seed gives the same score. */
    seed: option('--seed <n>', 'of the views; the same seed gives the same score', {
      type: whole(0),
      default: 0,
      for: ['score'],
    }),
  },
} as const;

/** The commands that learn from labels. */
const learnt = ['lincls', 'finetune', 'probe'] as const;

/** Labels of some training images alone. */
export const fewLabels = {
  heading: 'Labels:',
  rows: {
    /** Of each class the same share, at least one, drawn by the seed. */
    labelFraction: option(
      '--label-fraction <share>',
      'of this share of each class alone, drawn by the seed',
      {
        type: number({ above: 0, most: 1 }),
        absent: 1,
        for: learnt,
      },
    ),
    /** So many of each class, drawn by the seed; 0 takes all. */
    labelsPerClass: option(
      '--labels-per-class <n>',
      'of so many images of each class alone, drawn by the seed',
      {
        type: whole(0),
        absent: 0,
        for: learnt,
      },
    ),
  },
} as const;

export const probed = {
  heading: 'Classifier:',
  rows: {
    /** Of what is held out to choose the strength, and of few labels. */
    seed: option('--seed <n>', 'of what is held out to choose the strength, and of few labels', {
      type: whole(0),
      default: 0,
      for: ['probe'],
    }),
    /** Backbone and classifier as one file, which predict, lincls and export take; none where left out. */
    save: option(
      '--save <file>',
      'a checkpoint with the classifier, for predict, lincls -e, export',
      {
        type: path,
        absent: '',
        for: ['probe'],
      },
    ),
    /** Side of the small pictures of mistakes in pixels; 0 makes none. */
    thumbnail: option('--thumbnail <pixels>', 'side of the pictures in the page', {
      type: whole(0),
      default: 64,
      for: ['probe'],
    }),
    html: option('--html <file>', 'a page of the confusions, the commonest first, with images', {
      type: text,
      line: true,
      for: ['probe'],
    }),
  },
} as const;

export const predicted = {
  heading: 'Classes:',
  rows: {
    /** Of each image, the likeliest first. */
    top: option('--top <n>', 'how many of each image, the likeliest first', {
      type: whole(1),
      default: 5,
      for: ['predict'],
    }),
    csv: option('--csv', 'print them as CSV', { type: toggle, line: true, for: ['predict'] }),
  },
} as const;
