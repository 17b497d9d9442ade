// Which features of a checkpoint.
import type { Command } from 'commander';
import { branches, featureLayers, knnDefaults } from '../../index.js';
import { addFlags, type Flag } from './table.js';

export const branchFlag: Flag = {
  flags: '--branch <name>',
  text: `of byol: ${branches.join(', ')} network`,
  initial: knnDefaults.branch,
};

export function addLayerFlags(command: Command): Command {
  return addFlags(command, 'Features:', [
    {
      flags: '--features <layer>',
      text: `of the ${featureLayers.join(' or the ')}`,
      initial: knnDefaults.features,
    },
    branchFlag,
  ]);
}
