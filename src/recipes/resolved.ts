// Every flag of a recipe, also those that it leaves to their defaults.

import { predictorDefaults } from '../options/defaults.js';
import { linclsFlags, pretrainFlags } from '../options/flags.js';
import { completeLincls } from '../options/lincls.js';
import { completePretrain } from '../options/pretrain.js';
import type { LinclsFlags, PretrainFlags } from '../types/flags.js';
import type { Recipe } from '../types/recipes.js';

/** What linear evaluation takes from the checkpoint where it is not given. */
const recorded = ['arch', 'stem', 'stemPadding', 'dataset', 'cropSize', 'valResize'] as const;

export function resolvedFlags(recipe: Recipe): PretrainFlags | LinclsFlags {
  if (recipe.command === 'pretrain') {
    const { data, ...options } = completePretrain({ ...recipe.options, data: '' });
    return { ...predictorDefaults, ...given(pretrainFlags(options)) };
  }
  const flags: LinclsFlags = linclsFlags(completeLincls(recipe.options));
  for (const name of recorded) if (recipe.flags[name] === undefined) delete flags[name];
  return flags;
}

const given = <Flags extends object>(flags: Flags) =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as Flags;
