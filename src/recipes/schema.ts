// What a recipe's file may hold. Types and choices are checked here, ranges where every option's are.
import * as z from 'zod';
import type { Kind } from '../options/table/kinds.js';
import { longFlag } from '../options/table/row.js';
import { optionsOf } from '../options/table/table.js';

const number = z.number({ error: 'must be a number' });
const integer = z.int({ error: 'must be a whole number' });
const text = z.string({ error: 'must be a text' });

function schemaOf(kind: Kind): z.ZodType {
  switch (kind.kind) {
    case 'whole':
      return integer;
    case 'number':
    case 'time':
      return number;
    case 'text':
    case 'path':
      return text;
    case 'switch':
      return z.boolean({ error: 'must be true or false' });
    case 'choice':
      return kind.choices.every((choice) => typeof choice === 'string')
        ? z.enum(kind.choices, { error: `must be one of ${kind.choices.join(', ')}` })
        : integer;
    case 'steps or time':
      return z.union([integer, text], { error: 'must be steps, or a time such as 20m' });
    case 'list':
    case 'repeated':
      return z.array(schemaOf(kind.of), { error: `must be a list of ${kind.noun}` });
    case 'tuple':
      return numbers(kind.of.length);
    case 'each view':
      return z.union([number.transform((value) => [value, value]), numbers(2), numbers(3)], {
        error: 'must be a number for all views, or a list: for each large crop, and for small ones',
      });
  }
}

function numbers(count: number) {
  const error = `must be a list of ${count} numbers`;
  return z.array(number, { error }).length(count, { error });
}

const keys = 'must be keys with values';

function flagsSchema(command: 'pretrain' | 'lincls') {
  const flags = optionsOf(command).filter(({ row }) => row.flags);
  const shape = flags.map(({ row }) => [longFlag(row).slice(2), schemaOf(row.type)]);
  return z.strictObject(Object.fromEntries(shape), { error: keys }).partial();
}

/** The flags of each command that a recipe may hold, under their long names. */
export const flagSchemas = { pretrain: flagsSchema('pretrain'), lincls: flagsSchema('lincls') };

const head = { description: text, reproduces: text.optional() };

export const recipeSchema = z.discriminatedUnion(
  'command',
  [
    z.strictObject({ ...head, command: z.literal('pretrain'), flags: flagSchemas.pretrain }),
    z.strictObject({ ...head, command: z.literal('lincls'), flags: flagSchemas.lincls }),
  ],
  { error: ({ path }) => (path?.length ? 'must be pretrain or lincls' : keys) },
);
