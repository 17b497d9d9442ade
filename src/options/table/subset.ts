// Which of the images that are found there a run takes, and what their pixels are normalised with.
import { channels, number, repeated, text, whole } from './kinds.js';
import { option, readers, trained } from './row.js';

/** A resumed run's are the same where its listing is. */
export const subset = {
  heading: 'Data:',
  rows: {
    /** Patterns of paths below the place, or `@` and a text file of paths. */
    exclude: option(
      '--exclude <pattern>',
      'images to leave out: *.bmp, train/cat, or @FILE with paths; once for each',
      {
        type: repeated('patterns', text),
        absent: [],
        resume: 'may differ',
        for: [...readers, 'data stats'],
      },
    ),
    /** Drawn, the same with every seed: each class keeps its share, and a smaller part lies in a larger one. */
    fraction: option(
      '--fraction <share>',
      'only this share of the training images, drawn by class',
      {
        type: number({ above: 0, most: 1 }),
        absent: 1,
        resume: 'may differ',
        for: trained,
      },
    ),
    /** As `fraction`, by number; 0 takes all. */
    images: option('--images <n>', 'only so many training images, drawn likewise', {
      type: whole(0),
      absent: 0,
      resume: 'may differ',
      for: trained,
    }),
    /** Only the first so many training images of each class, in sorted order; 0 takes all. */
    imagesPerClass: option(
      '--images-per-class <n>',
      'only the first n training images of each class',
      { type: whole(0), absent: 0, resume: 'may differ', for: trained },
    ),
  },
} as const;

/** In place of those of the dataset, or of those that a checkpoint was trained with. */
export const statistics = {
  heading: 'Data:',
  rows: {
    /** Of the channels' values, 0 to 1: what is taken off them. */
    mean: option('--mean <r,g,b>', 'of the channels, 0 to 1 (rdm data stats finds them)', {
      type: channels(number({ least: 0, most: 1 })),
      recorded: true,
      for: readers,
    }),
    /** What they are then divided by. */
    std: option('--std <r,g,b>', 'deviation of the channels, likewise', {
      type: channels(number({ above: 0, most: 1 })),
      recorded: true,
      for: readers,
    }),
  },
} as const;
