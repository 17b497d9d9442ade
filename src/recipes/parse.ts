// Turns the text of a recipe into checked options; errors name the file, the key and what is right.
import { closest, distance } from 'fastest-levenshtein';
import { Lexer, LineCounter, Parser, parseDocument } from 'yaml';
import type * as z from 'zod';
import { RdmError } from '../base/errors.js';
import { linclsOptions, pretrainOptions } from '../options/flags.js';
import { resolveLincls, resolvePretrain } from '../options/runs.js';
import type { LinclsFlags, PretrainFlags } from '../options/types.js';
import { flagSchemas, recipeSchema } from './schema.js';
import type { Recipe } from './types.js';

/** `file` is where the text comes from, for messages. Throws `bad_recipe`. */
export function parseRecipe(name: string, file: string, text: string): Recipe {
  const content = parseYaml(file, text);
  const { success, data, error } = recipeSchema.safeParse(content);
  if (!success) throw refusal(file, content, error.issues[0]);
  const flags = camelCase(data.flags);
  const recipe = { ...data, name, flags, options: toOptions(data.command, flags) } as Recipe;
  resolve(file, recipe);
  return recipe;
}

const toOptions = (command: Recipe['command'], flags: object) =>
  command === 'pretrain'
    ? pretrainOptions(flags as PretrainFlags)
    : linclsOptions(flags as LinclsFlags);

/** Text of the file in a message must not fill a terminal. */
function badRecipe(message: string, hint = '', options?: ErrorOptions): RdmError {
  const short = message.length > 500 ? `${message.slice(0, 500)}…` : message;
  return new RdmError('bad_recipe', short, hint, options);
}

const maxAliasCount = 10; // an alias of aliases grows without bound
const maxNesting = 50; // of the parser's parts, two or three a level; a recipe has three levels

/** Plain values; throws `bad_recipe` with the line and column. */
export function parseYaml(file: string, text: string): unknown {
  checkNesting(file, text);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw badRecipe(`${file}, line ${line}, column ${col}: ${error.message}`);
  }
  try {
    const content = document.toJS({ maxAliasCount }) as unknown;
    JSON.stringify(content); // a TypeError where it holds itself
    return content;
  } catch (cause) {
    const { message } = cause as Error;
    const reason = cause instanceof TypeError ? 'an alias stands in what it names' : message;
    throw badRecipe(`${file}: ${reason}`, '', { cause });
  }
}

/** Counts levels before composing: YAML's composer recurses, and a stack overflow would end the process. */
function checkNesting(file: string, text: string): void {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > maxNesting) {
      const { line } = lines.linePos(parser.offset);
      throw badRecipe(`${file}, line ${line}: nested too deeply for a recipe`);
    }
  }
}

/** Checks ranges and contradictions as for every run. */
function resolve(file: string, recipe: Recipe): void {
  try {
    if (recipe.command === 'pretrain') resolvePretrain({ ...recipe.options, data: '.' });
    else resolveLincls({ ...recipe.options, data: '.' });
  } catch (cause) {
    if (!(cause instanceof RdmError)) throw cause;
    throw badRecipe(`${file}: ${cause.message}`, cause.hint, { cause });
  }
}

function refusal(file: string, content: unknown, issue: z.core.$ZodIssue | undefined): RdmError {
  const path = issue?.path ?? [];
  if (issue?.code === 'unrecognized_keys') {
    return unknownKey(file, issue.keys[0] ?? '', path[0] === 'flags' ? content : undefined);
  }
  const value = valueAt(content, path);
  const name = path.filter((key) => key !== 'flags').join('.') || (path[0] ? 'flags' : 'a recipe');
  const wrong = value === undefined ? `is missing; it ${issue?.message}` : `${issue?.message}`;
  const instead = value === undefined ? '' : `, not ${JSON.stringify(value)}`;
  return badRecipe(`${file}: ${name} ${wrong}${instead}`);
}

/** The short names that some flags have on the command line as well. */
const shortNames = new Map([
  ['lr', 'learning-rate'],
  ['wd', 'weight-decay'],
]);

function unknownKey(file: string, key: string, recipe: unknown): RdmError {
  const { command } = (recipe ?? {}) as { command?: Recipe['command'] };
  const known = command
    ? Object.keys(flagSchemas[command].shape)
    : ['description', 'reproduces', 'command', 'flags'];
  const nearest = shortNames.get(key) ?? closest(key, known);
  const near = shortNames.has(key) || distance(key, nearest) <= Math.max(2, key.length / 3);
  return badRecipe(
    `${file}: unknown ${command ? 'flag' : 'key'} '${key}'${near ? `; did you mean '${nearest}'?` : ''}`,
    command ? `rdm ${command} --help shows its flags` : `a recipe has ${known.join(', ')}`,
  );
}

function valueAt(content: unknown, path: PropertyKey[]): unknown {
  return path.reduce((value, key) => (value as Record<PropertyKey, unknown>)[key], content);
}

/** warmup-epochs → warmupEpochs */
export function camelCase(flags: object): Record<string, unknown> {
  const camel = (name: string) =>
    name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(flags).map(([name, value]) => [camel(name), value]));
}
