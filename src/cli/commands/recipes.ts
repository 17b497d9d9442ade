// rdm recipes: which there are, what is in one, and what a run of one means.
import { createRequire } from 'node:module';
import { Command } from 'commander';
import {
  attribute,
  checkRecipe,
  type Finding,
  type FlagsOf,
  linclsOptions,
  loadRecipe,
  longFlag,
  optionsOf,
  pretrainOptions,
  RdmError,
  type Recipe,
  type RecipeInfo,
  recipes,
  resolvedFlags,
} from '../../index.js';
import { addFlags, libraryFlags } from '../flags/flags.js';
import { table } from '../output/format.js';
import { print, printJson } from '../output/print.js';

const examples = `
Examples:
  rdm recipes
  rdm recipes show cifar/rdmsimsiam > mine.yaml
  rdm recipes check mine.yaml --epochs 100 -b 512`;

export function addRecipesCommands(program: Command): void {
  const command = program
    .command('recipes')
    .description("list, show and check recipes: the flags of the reference's scripts")
    .addHelpText('after', examples);
  const list = command
    .command('list', { isDefault: true })
    .description('list the recipes, each with what it reproduces')
    .allowExcessArguments();
  addFlags(list, 'recipes list')
    .addHelpText('after', '\nExample:\n  rdm recipes list --json')
    .action(async ({ json }: FlagsOf<'recipes list'>) => {
      refuseUnknown(command, list.args);
      const found = await recipes();
      if (json) printJson(found);
      else print(recipeList(found));
    });
  const show = command
    .command('show')
    .description('print a recipe with every flag, also those that it leaves to their defaults')
    .argument('<recipe>', 'its name, or a file that ends in .yaml');
  addFlags(show, 'recipes show')
    .addHelpText('after', '\nExample:\n  rdm recipes show cifar/rdmsimsiam > mine.yaml')
    .action(async (name: string, { json }: FlagsOf<'recipes show'>) => {
      const { options, flags, ...info } = await loadRecipe(name);
      const groups = inGroups({ options, flags, ...info } as Recipe);
      if (json) printJson({ ...info, flags: Object.assign({}, ...Object.values(groups)) });
      else print(await recipeYaml(info, groups));
    });
  addCheckCommand(command);
}

/** What is no command comes to the default one, as words that it does not take. */
function refuseUnknown(command: Command, [name]: string[]): void {
  if (name === undefined) return;
  const { closest, distance } = createRequire(import.meta.url)('fastest-levenshtein') as {
    closest(name: string, names: string[]): string;
    distance(one: string, other: string): number;
  };
  const near = closest(
    name,
    command.commands.map((each) => each.name()),
  );
  const meant = distance(name, near) <= 2 ? `\n(Did you mean ${near}?)` : '';
  command.error(`error: unknown command '${name}'${meant}`);
}

/** Every flag that has a value, by its long name, under the heading that --help has. */
function inGroups(recipe: Recipe): FlagGroups {
  const values = resolvedFlags(recipe) as Record<string, unknown>;
  const groups: FlagGroups = {};
  for (const { heading, row } of optionsOf(recipe.command)) {
    const value = values[attribute(row)];
    if (!row.flags || value === undefined || value === '') continue;
    groups[heading] = { ...groups[heading], [longFlag(row).slice(2)]: value };
  }
  return groups;
}

const recipeList = (recipes: RecipeInfo[]): string[] =>
  table(recipes.map(({ name, reproduces = '' }) => [name, reproduces]));

const findingLine = ({ level, message }: Finding | { level: 'error'; message: string }) =>
  `${level.padEnd(7)}  ${message}`;

/** Flags by their long names, in the groups of --help. */
type FlagGroups = Record<string, Record<string, unknown>>;

/** As a recipe's file, and one that reads as such. */
async function recipeYaml(recipe: RecipeInfo, groups: FlagGroups): Promise<string[]> {
  const { stringify } = await import('yaml');
  const written = (value: unknown) =>
    Array.isArray(value) ? `[${value.join(', ')}]` : stringify(value, { lineWidth: 0 }).trim();
  const entry = ([name, value]: [string, unknown]) => `${name}: ${written(value)}`;
  const { name, description, reproduces, command } = recipe;
  const head = Object.entries({ description, ...(reproduces && { reproduces }), command });
  const flags = Object.entries(groups).flatMap(([heading, values], index) => [
    ...(index > 0 ? [''] : []),
    `  # ${heading.replace(/:$/, '')}`,
    ...Object.entries(values).map((flag) => `  ${entry(flag)}`),
  ]);
  const lines = [...head.map(entry), 'flags:', ...flags].flatMap((text) => text.split('\n'));
  return [`# ${name}, with every flag`, ...lines];
}

const checkNotes = `
Example:
  rdm recipes check cifar/rdmsimsiam --epochs 20 -b 1024`;

function addCheckCommand(recipes: Command): void {
  const command = recipes
    .command('check')
    .description('say what a run of a recipe means, and what in it is probably not meant')
    .argument('<recipe>', 'its name, or a file that ends in .yaml')
    .argument('[flags...]', 'flags as for the run itself')
    .allowUnknownOption()
    .addHelpText('after', checkNotes)
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
  addFlags(parser, command).action(() => {});
  await parser.parseAsync(['--recipe', name, ...line], { from: 'user' });
  return command === 'pretrain'
    ? pretrainOptions(libraryFlags(command, parser.opts()))
    : linclsOptions(libraryFlags(command, parser.opts()));
}
