// Every flag of a command, in the order of --help.
import type { Command } from 'commander';
import { knnDefaults } from '../../index.js';
import { addDataFlags, addViewFlags } from './data.js';
import { addDeviceFlags, addMachineFlags } from './machine.js';
import { addMethodFlags, addModelFlags } from './model.js';
import { addNeighbourFlags } from './neighbours.js';
import { addRecipeFlag } from './recipe.js';
import { addLinclsTrainingFlags, addPretrainingFlags } from './training.js';

export function addPretrainFlags(command: Command): Command {
  addRecipeFlag(command, 'pretrain');
  addModelFlags(command, 'new');
  addMethodFlags(command);
  addPretrainingFlags(command);
  addViewFlags(command);
  addDataFlags(command, 'new');
  return addMachineFlags(command);
}

export function addLinclsFlags(command: Command): Command {
  addRecipeFlag(command, 'lincls');
  addModelFlags(command, 'recorded')
    .option('--pretrained <path>', 'checkpoint whose backbone is frozen')
    .option('-e, --evaluate', 'evaluate only');
  addLinclsTrainingFlags(command);
  addDataFlags(command, 'recorded');
  return addMachineFlags(command);
}

export function addKnnFlags(command: Command): Command {
  addModelFlags(command, 'recorded').option('--pretrained <path>', 'checkpoint of the backbone');
  addNeighbourFlags(command);
  addDataFlags(command, 'recorded');
  command
    .optionsGroup('Output:')
    .option('--output <dir>', 'folder for the list of bad images', knnDefaults.output)
    .option('--json', 'print events and the result as JSON, one a line');
  return addDeviceFlags(command);
}
