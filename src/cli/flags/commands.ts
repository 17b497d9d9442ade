// Every flag of a command, in the order of --help.
import type { Command } from 'commander';
import { embedDefaults, knnDefaults, spectrumDefaults } from '../../index.js';
import { addDataFlags, addValidationFlags, addViewFlags } from './data.js';
import { addLayerFlags } from './layer.js';
import { addDeviceFlags, addMachineFlags } from './machine.js';
import { addMapFlags } from './map.js';
import { addMethodFlags, addModelFlags } from './model.js';
import { addNeighbourFlags } from './neighbours.js';
import { addProcessFlags } from './processes.js';
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
  addLayerFlags(command);
  addNeighbourFlags(command);
  addDataFlags(command, 'recorded');
  addResultFlags(command);
  addDeviceFlags(command);
  return addProcessFlags(command);
}

export function addSpectrumFlags(command: Command): Command {
  addModelFlags(command, 'recorded');
  addValidationFlags(command, spectrumDefaults.images);
  addResultFlags(command).option('--svg <file>', 'also draw the singular values');
  return addDeviceFlags(command);
}

export function addEmbedFlags(command: Command): Command {
  addModelFlags(command, 'recorded');
  addLayerFlags(command);
  addMapFlags(command);
  addValidationFlags(command, embedDefaults.images);
  addResultFlags(command)
    .option('--html <file>', 'the map as a page with pictures (default: embedding.html)')
    .option('--svg <file>', 'the map as a drawing')
    .option('--png <file>', 'the map as a picture');
  return addDeviceFlags(command);
}

function addResultFlags(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--output <dir>', 'folder for the list of bad images', knnDefaults.output)
    .option('--json', 'print events and the result as JSON, one a line');
}
