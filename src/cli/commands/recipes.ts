// rdm recipes: which there are, and what is in one.
import { Command } from 'commander';
import { loadRecipe, type Recipe, recipes, resolvedFlags } from '../../index.js';
import { addLinclsFlags, addPretrainFlags } from '../flags/commands.js';
import { print, printJson } from '../output/print.js';
import { type FlagGroups, recipeList, recipeYaml } from '../output/recipes.js';

const examples = `
Examples:
  rdm recipes
  rdm recipes show cifar/rdmsimsiam > mine.yaml
  rdm recipes check mine.yaml --epochs 100 -b 512`;

export function addRecipesCommand(program: Command): Command {
  const command = program
    .command('recipes')
    .description("list, show and check recipes: the flags of the reference's scripts")
    .addHelpText('after', examples);
  command
    .command('list', { isDefault: true })
    .description('list the recipes, each with what it reproduces')
    .option('--json', 'print one JSON array')
    .addHelpText('after', '\nExample:\n  rdm recipes list --json')
    .action(async ({ json }: { json?: true }) => {
      const found = await recipes();
      if (json) printJson(found);
      else print(recipeList(found));
    });
  command
    .command('show')
    .description('print a recipe with every flag, also those that it leaves to their defaults')
    .argument('<recipe>', 'its name, or a file that ends in .yaml')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rdm recipes show cifar/rdmsimsiam > mine.yaml')
    .action(async (name: string, { json }: { json?: true }) => {
      const { options, flags, ...info } = await loadRecipe(name);
      const groups = inGroups({ options, flags, ...info } as Recipe);
      if (json) printJson({ ...info, flags: Object.assign({}, ...Object.values(groups)) });
      else print(await recipeYaml(info, groups));
    });
  return command;
}

/** Every flag that has a value, by its long name, under the heading that --help has. */
function inGroups(recipe: Recipe): FlagGroups {
  const add = recipe.command === 'pretrain' ? addPretrainFlags : addLinclsFlags;
  const values = resolvedFlags(recipe) as Record<string, unknown>;
  const groups: FlagGroups = {};
  for (const option of add(new Command()).options) {
    const value = values[option.attributeName()];
    if (option.hidden || value === undefined || value === '') continue;
    const group = option.helpGroupHeading ?? '';
    groups[group] = { ...groups[group], [option.name()]: value };
  }
  return groups;
}
