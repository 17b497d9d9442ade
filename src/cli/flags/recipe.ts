// --recipe: the flags that a recipe holds, where the line does not give them.
import type { Command } from 'commander';
import { loadRecipe, type Recipe } from '../../index.js';

export function addRecipeFlag(command: Command, of: Recipe['command']): Command {
  return command
    .optionsGroup('Recipe:')
    .option(
      '--recipe <name>',
      'flags from a recipe (`rdm recipes` lists them) or a .yaml file; those on the line win',
    )
    .hook('preAction', async () => {
      const { recipe } = command.opts<{ recipe?: string }>();
      if (recipe === undefined) return;
      const { flags } = await loadRecipe(recipe, of);
      for (const [name, value] of Object.entries(flags)) {
        if (command.getOptionValueSource(name) === 'cli') continue;
        command.setOptionValueWithSource(name, value, 'config');
      }
    });
}
