// rdm recipes check: looks a run of a recipe over, with the flags that its line would have.
import { Command } from 'commander';
import {
  checkRecipe,
  type LinclsFlags,
  linclsOptions,
  loadRecipe,
  type PretrainFlags,
  pretrainOptions,
  RdmError,
  type Recipe,
} from '../../index.js';
import { addLinclsFlags, addPretrainFlags } from '../flags/commands.js';
import { type MachineFlags, runFlags } from '../flags/machine.js';
import { print } from '../output/print.js';
import { findingLine } from '../output/recipes.js';

const examples = `
Example:
  rdm recipes check cifar/rdmsimsiam --epochs 20 -b 1024`;

export function addRecipesCheckCommand(recipes: Command): void {
  const command = recipes
    .command('check')
    .description('say what a run of a recipe means, and what in it is probably not meant')
    .argument('<recipe>', 'its name, or a file that ends in .yaml')
    .argument('[flags...]', 'flags as for the run itself')
    .allowUnknownOption()
    .addHelpText('after', examples)
    .action(async (name: string, line: string[]) => {
      try {
        const recipe = await loadRecipe(name);
        const options = await runOptions(command, recipe, line);
        for (const finding of checkRecipe(recipe, options)) print(findingLine(finding));
      } catch (error) {
        if (!(error instanceof RdmError)) throw error;
        print(findingLine({ level: 'error', message: error.message }));
        if (error.hint) print(`         ${error.hint}`);
        process.exitCode = 1;
      }
    });
}

/** The options that `rdm COMMAND --recipe NAME LINE` would run with. */
async function runOptions(parent: Command, { name, command }: Recipe, line: string[]) {
  const parser = new Command(command).copyInheritedSettings(parent).argument('[dir]');
  (command === 'pretrain' ? addPretrainFlags : addLinclsFlags)(parser).action(() => {});
  await parser.parseAsync(['--recipe', name, ...line], { from: 'user' });
  const flags = runFlags(parser.opts<MachineFlags & PretrainFlags & LinclsFlags>());
  return command === 'pretrain' ? pretrainOptions(flags) : linclsOptions(flags);
}
