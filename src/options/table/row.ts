// A row of the table of options.
import type { Architecture, Dataset, Method } from '../../types/choices.js';
import type { Kind } from './kinds.js';

/** The commands that have flags of the table; pretrain's are verify-resume's too. */
export type CommandName =
  | 'pretrain'
  | 'lincls'
  | 'finetune'
  | 'knn'
  | 'verify-resume'
  | 'spectrum'
  | 'map'
  | 'embed'
  | 'score'
  | 'compare'
  | 'probe'
  | 'predict'
  | 'search'
  | 'duplicates'
  | 'inspect'
  | 'export'
  | 'report'
  | 'watch'
  | 'sweep'
  | 'runs list'
  | 'runs best'
  | 'data fetch'
  | 'data synthesize'
  | 'data info'
  | 'data check'
  | 'data stats'
  | 'data pack'
  | 'recipes list'
  | 'recipes show'
  | 'setup'
  | 'doctor';

/** The commands that put images through a network. */
export const readers = [
  ...(['pretrain', 'lincls', 'finetune', 'knn', 'spectrum', 'map', 'embed'] as const),
  ...(['score', 'compare', 'probe', 'predict'] as const),
] as const;

/** Those of them that take training images. */
export const trained = ['pretrain', 'lincls', 'finetune', 'knn', 'probe'] as const;

/** What the defaults of other options depend on. */
export interface Others {
  arch: Architecture;
  method: Method;
  dataset: Dataset;
  cropSize: number;
  crops?: string[];
  jitter: [number, number, number, number];
  printFreq: number;
}

/** One for each command. */
export interface Per<Value> {
  per: Partial<Record<CommandName, Value>>;
}

interface Rest<Value, On, Line, Sent> {
  type: Kind<Value>;
  /** The commands that have it. */
  for: readonly On[];
  /** What it is where it is left out; where it depends on others, `defaultText` tells how. */
  default?: NoInfer<Value | Per<Value> | ((options: Others) => Value)>;
  defaultText?: string;
  /** In place of a default: the value that stands for an option left out, which --help does not show. */
  absent?: NoInfer<Value>;
  /** A command that reads a checkpoint takes what is left out from its record. */
  recorded?: true;
  /** Of the command line alone: neither a recipe nor the library has it. */
  line?: Line;
  required?: true;
  /** The values of others with which it has an effect; given where it has none, it is refused. */
  when?: Readonly<Record<string, unknown>>;
  /** The values of others with which that is only told: the reference's own lines have it, or no result is lost. */
  told?: Readonly<Record<string, unknown>>;
  /** The values of others with which it has to be given, and what to give. */
  needed?: Readonly<Record<string, unknown>>;
  neededHint?: string;
  /** Whether a resumed run may have another value: it does not change a result. Else it must match. */
  resume?: 'may differ';
  /** Whether the addon gets it, by its name; a value that goes there in another shape does not. */
  sent?: Sent;
}

export interface Row<
  Value = unknown,
  On extends CommandName = CommandName,
  Line extends boolean = boolean,
  Sent extends boolean = boolean,
> extends Rest<Value, On, Line, Sent> {
  /** As commander takes them; none of an option that only the library has. */
  flags: string;
  /** What --help says. */
  help: string;
}

/** The group's heading in --help, and its rows by the names that the library has. */
export interface Group {
  heading: string;
  rows: Record<string, Row>;
}

export function option<
  Value,
  const On extends CommandName,
  const Line extends boolean = false,
  const Sent extends boolean = true,
>(flags: string, help: string, rest: Rest<Value, On, Line, Sent>): Row<Value, On, Line, Sent> {
  return { flags, help, ...rest };
}

export const per = <Value>(values: Partial<Record<CommandName, Value>>): Per<Value> => ({
  per: values,
});

/** '-b, --batch-size <n>' → '--batch-size' */
export const longFlag = ({ flags }: Pick<Row, 'flags'>): string =>
  flags.match(/--[\w-]+/g)?.at(-1) ?? '';

/** '-b, --batch-size <n>' → 'batchSize', as commander and recipes' readers call it */
export const attribute = (row: Pick<Row, 'flags'>): string =>
  longFlag(row)
    .slice(2)
    .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
