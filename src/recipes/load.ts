// Recipes: the flags of each script of the reference, in files that people read and copy. Those of the package
// lie in recipes/, a user's own anywhere.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RdmError } from '../base/errors.js';
import { flagValues } from '../options/flags.js';
import { completeLincls, completePretrain } from '../options/runs.js';
import { attribute } from '../options/table/row.js';
import { optionsOf } from '../options/table/table.js';
import type { LinclsFlags, PretrainFlags } from '../options/types.js';
import type { LinclsRecipe, PretrainRecipe, Recipe, RecipeInfo } from './types.js';

/** The recipes of this package, sorted by name. */
export async function recipes(): Promise<RecipeInfo[]> {
  const loaded = await Promise.all((await recipeNames()).map((name) => loadRecipe(name)));
  return loaded.map(({ options, flags, ...info }) => info);
}

/**
 * A recipe of this package by its name, or a file of your own by a path that ends in .yaml. With a
 * command, one of another is refused. Rejects with `bad_recipe`, or `usage` for a name that is none.
 */
export async function loadRecipe(name: string, command: 'pretrain'): Promise<PretrainRecipe>;
export async function loadRecipe(name: string, command: 'lincls'): Promise<LinclsRecipe>;
export async function loadRecipe(name: string, command?: Recipe['command']): Promise<Recipe>;
export async function loadRecipe(name: string, command?: Recipe['command']): Promise<Recipe> {
  const { parseRecipe } = await import('./parse.js'); // YAML is read only where a recipe is
  const { file, text } = await readRecipe(name);
  const recipe = parseRecipe(name, file, text);
  if (command && recipe.command !== command) {
    throw new RdmError(
      'usage',
      `the recipe ${name} is one of rdm ${recipe.command}, not of rdm ${command}`,
      `run it as rdm ${recipe.command} --recipe ${name} …`,
    );
  }
  return recipe;
}

/** Every flag of a recipe, also those that it leaves to their defaults. */
export function resolvedFlags(recipe: Recipe): PretrainFlags | LinclsFlags {
  if (recipe.command === 'pretrain') {
    return flagValues('pretrain', completePretrain(recipe.options));
  }
  const flags = flagValues('lincls', completeLincls(recipe.options));
  const given: Record<string, unknown> = recipe.flags;
  // What is left out comes from the checkpoint.
  for (const { row } of optionsOf('lincls')) {
    const name = attribute(row);
    if (row.recorded && given[name] === undefined) delete flags[name];
  }
  return flags;
}

const folder = fileURLToPath(new URL('../../recipes', import.meta.url));

/** The names of the package's recipes, sorted: `cifar/byol`, … */
async function recipeNames(): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** A name or a path, the file as messages call it, and its text. */
async function readRecipe(name: string): Promise<{ file: string; text: string }> {
  if (/\.ya?ml$/.test(name)) return { file: name, text: await readText(name) };
  const names = await recipeNames();
  if (!names.includes(name)) {
    const { closest } = await import('fastest-levenshtein');
    throw new RdmError(
      'usage',
      `no recipe '${name}'; did you mean '${closest(name, names)}'?`,
      '`rdm recipes` lists them; one of your own is given as a file that ends in .yaml',
    );
  }
  return { file: `recipes/${name}.yaml`, text: await readText(join(folder, `${name}.yaml`)) };
}

const maxBytes = 65_536; // thirty times the longest of ours

/** The text of a recipe's or a sweep's file. Rejects with `bad_recipe`. */
export async function readText(path: string): Promise<string> {
  const file = await stat(path).catch((cause: Error) => {
    throw new RdmError('bad_recipe', `cannot read ${path}: ${cause.message}`, '', { cause });
  });
  if (!file.isFile()) throw new RdmError('bad_recipe', `cannot read ${path}: it is not a file`);
  if (file.size > maxBytes) {
    throw new RdmError('bad_recipe', `${path}: ${file.size} bytes are too many for a recipe`);
  }
  return readFile(path, 'utf8');
}
