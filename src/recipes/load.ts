// Recipes: the flags of each script of the reference, in files that people read and copy.
import { RdmError } from '../base/errors.js';
import type { LinclsRecipe, PretrainRecipe, Recipe, RecipeInfo } from '../types/recipes.js';

// The readers of YAML load only where a recipe is read.
const reader = async () => ({
  ...(await import('./files.js')),
  ...(await import('./parse.js')),
});

/** The recipes of this package, sorted by name. */
export async function recipes(): Promise<RecipeInfo[]> {
  const { recipeNames } = await reader();
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
  const { readRecipe, parseRecipe } = await reader();
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
