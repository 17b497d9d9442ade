// How features become a map.
import type { Command } from 'commander';
import { embedDefaults } from '../../index.js';
import { integer, number } from './parse.js';
import { addFlags } from './table.js';

const { neighbours, minDist, seed, thumbnail } = embedDefaults;

export function addMapFlags(command: Command): Command {
  return addFlags(command, 'Map (UMAP):', [
    {
      flags: '--neighbours <n>',
      text: 'of each image that keep it in its place',
      parse: integer,
      initial: neighbours,
    },
    {
      flags: '--min-dist <d>',
      text: 'how close two points may be, 0 to 1',
      parse: number,
      initial: minDist,
    },
    {
      flags: '--seed <n>',
      text: 'the same seed gives the same map',
      parse: integer,
      initial: seed,
    },
    {
      flags: '--thumbnail <pixels>',
      text: 'side of the pictures in the page; 0 leaves them out',
      parse: integer,
      initial: thumbnail,
    },
  ]);
}
