// Recipes as people read them: a list, one whole as YAML, what a check found.
import type { Finding, RecipeInfo } from '../../index.js';
import { table } from './table.js';

export const recipeList = (recipes: RecipeInfo[]): string[] =>
  table(recipes.map(({ name, reproduces = '' }) => [name, reproduces]));

export const findingLine = ({ level, message }: Finding | { level: 'error'; message: string }) =>
  `${level.padEnd(7)}  ${message}`;

/** Flags by their long names, in the groups of --help. */
export type FlagGroups = Record<string, Record<string, unknown>>;

/** As a recipe's file, and one that reads as such. */
export async function recipeYaml(recipe: RecipeInfo, groups: FlagGroups): Promise<string[]> {
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
