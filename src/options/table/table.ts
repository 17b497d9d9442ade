// The table of options: every flag of every command, in the order of --help. What depends on options (flags,
// checks, defaults, recipes, completion, the manual, docs/flags.md, the addon's keys) is made of it.
import { data, views } from './data.js';
import * as datasets from './datasets.js';
import { fewLabels, neighbours, predicted, probed, scored } from './judging.js';
import type { Kind } from './kinds.js';
import {
  comparedFiles,
  comparison,
  duplicateFiles,
  embedded,
  evaluated,
  features,
  lookedUp,
  map,
  mapFiles,
  shown,
  spectrumFiles,
  vectorFiles,
  vectors,
} from './looking.js';
import { losses } from './losses.js';
import { device, output, processes, recipe } from './machine.js';
import { method, model, monitor, predictor } from './model.js';
import type { CommandName, Group, Per, Row } from './row.js';
import { statistics, subset } from './subset.js';
import * as tools from './tools.js';
import {
  checkpoints,
  frozen,
  onlineClassifier,
  pretraining,
  probing,
  start,
  training,
} from './training.js';

const groups: readonly Group[] = [
  ...[
    tools.inspected,
    tools.exported,
    tools.reported,
    tools.watched,
    tools.listed,
    tools.swept,
    datasets.fetched,
    datasets.synthesized,
  ],
  ...[
    datasets.packed,
    datasets.checked,
    datasets.measured,
    tools.setUp,
    tools.doctored,
    tools.printed,
  ],
  tools.printedList,
  ...[recipe, model, frozen, evaluated, embedded, start, method, losses, predictor, monitor],
  ...[
    features,
    neighbours,
    map,
    vectors,
    lookedUp,
    comparison,
    scored,
    probed,
    fewLabels,
    predicted,
  ],
  ...[training, pretraining, probing, checkpoints, onlineClassifier, views, data],
  ...[
    subset,
    statistics,
    output,
    vectorFiles,
    duplicateFiles,
    shown,
    spectrumFiles,
    comparedFiles,
    mapFiles,
  ],
  ...[device, processes, tools.check],
];

/** Taken from the files, where the rows' doc comments are. */
type Files =
  | typeof import('./model.js')
  | typeof import('./losses.js')
  | typeof import('./training.js')
  | typeof import('./data.js')
  | typeof import('./datasets.js')
  | typeof import('./subset.js')
  | typeof import('./looking.js')
  | typeof import('./judging.js')
  | typeof import('./machine.js')
  | typeof import('./tools.js');
type Groups<In = Files> = In extends unknown ? In[keyof In] : never;
type Rows<In> = In extends { rows: infer Found } ? Found : never;

/** Of a group: the rows that a command has, with their doc comments. */
type Having<In, Name, Line, Sent> = Pick<
  In,
  {
    [Key in keyof In]: In[Key] extends Row<unknown, infer On, infer IsLine, infer IsSent>
      ? [Name, IsLine, IsSent] extends [On, Line, Sent]
        ? Key
        : never
      : never;
  }[keyof In]
>;
type Value<In> = In extends { type: Kind<infer Found> } ? Found : never;
type Given<In> = { [Key in keyof In]?: Value<In[Key]> | undefined };

/** All groups' as one: a union of functions takes what each of them does. */
type Joined<In> = (In extends unknown ? (rows: In) => void : never) extends (
  rows: infer All,
) => void
  ? All
  : never;
type RowsOf<Name, Line, Sent, In = Groups> = Joined<
  In extends unknown ? Given<Having<Rows<In>, Name, Line, Sent>> : never
>;

/** The options that the library and recipes have of a command, each of which may be left out. */
export type OptionsOf<Name extends CommandName> = RowsOf<Name, false, boolean>;

/** All flags of a command, by their names in camel case. */
export type FlagsOf<Name extends CommandName> = Omit<RowsOf<Name, boolean, boolean>, 'lr'> &
  (RowsOf<Name, false, boolean> extends { lr?: infer Rate }
    ? { learningRate?: Rate | undefined }
    : unknown);

type NoDefault = 'seed' | 'gpu' | 'mean' | 'std' | 'finalWeightDecay' | 'crops';
type Filled<Options> = {
  [Key in Exclude<keyof Options, NoDefault>]-?: NonNullable<Options[Key]>;
} & Pick<Options, Extract<keyof Options, NoDefault>>;

/** No default is missing any more. */
export type Complete<Name extends CommandName> = Filled<OptionsOf<Name>>;

/** What the addon gets under the options' names; null where there is nothing to say. */
export type Sent<Name extends CommandName> = {
  [Key in keyof RowsOf<Name, false, true>]-?: Key extends NoDefault
    ? NonNullable<RowsOf<Name, false, true>[Key]> | null
    : NonNullable<RowsOf<Name, false, true>[Key]>;
};

/** A row with what the library calls it, and the heading of its group. */
export interface Entry {
  name: string;
  heading: string;
  row: Row;
}

const entries: Entry[] = groups.flatMap(({ heading, rows }) =>
  Object.entries(rows).map(([name, row]) => ({ name, heading, row })),
);

/** Every row that a command has, in the order of --help. */
export const rowsOf = (command: CommandName): Entry[] =>
  entries.filter(({ row }) => row.for.includes(command));

/** Those that the library and recipes have too. */
export const optionsOf = (command: CommandName): Entry[] =>
  rowsOf(command).filter(({ row }) => !row.line);

/** The default where it depends on nothing but the command. */
export function fixedDefault({ default: initial }: Row, command: CommandName): unknown {
  if (typeof initial === 'function') return undefined;
  return isPer(initial) ? initial.per[command] : initial;
}

const isPer = (value: unknown): value is Per<unknown> =>
  typeof value === 'object' && value !== null && 'per' in value;

/** What is left out becomes its default: those that depend on others last. */
export function complete<Name extends CommandName>(
  command: Name,
  given: OptionsOf<Name>,
): Complete<Name> {
  const options = optionsOf(command);
  const initial = ({ name, row }: Entry) => [name, fixedDefault(row, command) ?? row.absent];
  const values: Record<string, unknown> = {
    ...present(Object.fromEntries(options.map(initial))),
    ...present(given as object),
  };
  for (const { name, row } of options) {
    if (typeof row.default === 'function') values[name] ??= row.default(values as never);
  }
  return values as Complete<Name>;
}

/** What is undefined counts as left out. */
export const present = <Values extends object>(values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
