// Which backbone is judged, and how its nearest neighbours vote.
import type { Command } from 'commander';
import { distances, knnDefaults } from '../../index.js';
import { integer, list, number } from './parse.js';
import { addFlags } from './table.js';

const { k, temperature, distance } = knnDefaults;

export function addNeighbourFlags(command: Command): Command {
  return addFlags(command, 'Neighbours (each combination of the lists votes once):', [
    { flags: '--k <n,n…>', text: 'how many vote', parse: list(integer), initial: k },
    {
      flags: '--temperature <t,t…>',
      text: 'a vote weighs exp(cosine / t)',
      parse: list(number),
      initial: temperature,
    },
    {
      flags: '--distance <name,name…>',
      text: `${distances.join(', ')} (a vote weighs 1 / distance, without temperature)`,
      parse: list(String),
      initial: distance,
    },
  ]);
}
