// The network and the method: backbone, projector, predictor or filter, momentum network.
import type { Command } from 'commander';
import {
  architectures,
  collapseActions,
  filterSolvers,
  filterSources,
  methodDefaults,
  methods,
  predictorDefaults,
  predictorLocations,
  predictorTypes,
  pretrainDefaults,
  stems,
} from '../../index.js';
import { integer, number } from './parse.js';
import { addFlags, type Flag } from './table.js';

const { arch, baseTau, finalTau, method, stem, stemPadding } = pretrainDefaults;

/** Where a checkpoint records them, the defaults are its own. */
export function addModelFlags(command: Command, recorded: 'recorded' | 'new'): Command {
  const initial = recorded === 'new' ? { arch, stem, stemPadding } : undefined;
  return addFlags(command, 'Model:', [
    {
      flags: '-a, --arch <name>',
      text: `backbone: ${architectures.join(', ')}`,
      initial: initial?.arch,
    },
    {
      flags: '--stem <name>',
      text: `first layers: ${stems.join(', ')} (3x3, stride 1, no max-pool: for small images)`,
      initial: initial?.stem,
    },
    {
      flags: '--stem-padding <pixels>',
      text: 'padding of the cifar stem: 2 as published, or 1',
      parse: integer,
      initial: initial?.stemPadding,
    },
  ]);
}

const { simsiam, byol } = methodDefaults;

const methodFlags: Flag[] = [
  {
    flags: '--method <name>',
    text: `${methods.join(' or ')} (with momentum networks)`,
    initial: method,
  },
  {
    flags: '--dim <n>',
    text: `features of the projector (default: ${simsiam.dim}; byol ${byol.dim})`,
    parse: integer,
  },
  {
    flags: '--proj-hidden-dim <n>',
    text: `hidden features of the projector (default: the backbone's; byol ${byol.projHiddenDim})`,
    parse: integer,
  },
  {
    flags: '--pred-dim <n>',
    text: `hidden features of the mlp predictor (default: ${simsiam.predDim}; byol ${byol.predDim})`,
    parse: integer,
  },
  {
    flags: '--zero-init-residual',
    text: 'residual blocks begin as the identity (simsiam: on; --no-… turns it off)',
  },
  {
    flags: '--base-tau <tau>',
    text: 'byol: share that the momentum networks keep at the first step',
    parse: number,
    initial: baseTau,
  },
  {
    flags: '--final-tau <tau>',
    text: 'and at the last step',
    parse: number,
    initial: finalTau,
  },
];

const mechanismFlags: Flag[] = [
  {
    flags: '--pred-type <type>',
    text: `what aligns the branches: ${predictorTypes.join(', ')}`,
    initial: predictorDefaults.predType,
  },
  {
    flags: '--pred-location <branch>',
    text: `branch of a filter: ${predictorLocations.join(', ')}`,
    initial: predictorDefaults.predLocation,
  },
  {
    flags: '--sigma <power>',
    text: 'power of the poly filter: > 0 online, < 0 on the target',
    parse: number,
    initial: predictorDefaults.sigma,
  },
  {
    flags: '--filter-source <branch>',
    text: `whose directions filter the target: ${filterSources.join(', ')}`,
    initial: predictorDefaults.filterSource,
  },
  {
    flags: '--filter-solver <name>',
    text: `how a filter is computed: ${filterSolvers.join(', ')} (without a decomposition)`,
    initial: predictorDefaults.filterSolver,
  },
  { flags: '--keep-null-space', text: 'keep directions of the features that are rounding noise' },
  {
    flags: '--rank-every <n>',
    text: 'steps between two rank measurements (default: --print-freq)',
    parse: integer,
  },
  {
    flags: '--knn-every <epochs>',
    text: 'epochs between two accuracies by nearest neighbours on DIR/val; 0: none',
    parse: integer,
    initial: pretrainDefaults.knnEvery,
  },
  {
    flags: '--on-collapse <action>',
    text: `when the ranks tell a collapse: ${collapseActions.join(', ')} (save, exit with 3)`,
    initial: pretrainDefaults.onCollapse,
  },
];

export function addMethodFlags(command: Command): Command {
  addFlags(command, 'Method:', methodFlags);
  return addFlags(command, 'Rank differential mechanism:', mechanismFlags);
}
