// Rows of the table of options as commander's, and what the library takes of their values.
import { type Command, Option } from 'commander';
import {
  attribute,
  type CommandName,
  checkEffects,
  checkEmpty,
  type Entry,
  type FlagsOf,
  fixedDefault,
  loadRecipe,
  longFlag,
  optionsOf,
  type Row,
  rowsOf,
} from '../../index.js';
import { say } from '../output/print.js';
import { parserOf } from './parse.js';

/** Where images come from. */
export const placeHelp =
  'images: a folder with SPLIT/CLASS/*.jpg, one with images at any depth, a list of paths (.txt or -), a table ' +
  '(.csv: path,label), shards (.tar, shard-{000..099}.tar), or the files of CIFAR or STL-10';

/** What a further checkpoint is told from a place by. */
const weights = /\.(pth|pth\.tar|pt|ckpt|safetensors)$/;

export const severalHelp =
  'further checkpoints (.pth.tar, .pth, .pt, .ckpt, .safetensors), then the place of the images';

/** Arguments after the first: those named as checkpoints, and the rest, which are places. */
export const checkpointsAmong = (first: string, more: string[]) => ({
  checkpoints: [first, ...more.filter((one) => weights.test(one))],
  data: more.filter((one) => !weights.test(one)),
});

/** A flag that knows its row. */
export class Flag extends Option {
  constructor(
    readonly row: Row,
    command: CommandName,
  ) {
    const { flags, help, type, defaultText, required = false } = row;
    super(flags, defaultText ? `${help} (default: ${defaultText})` : help);
    const parse = parserOf(type);
    if (parse) this.argParser(parse);
    const initial = shownDefault(row, command);
    if (initial !== undefined) this.default(initial, described(initial));
    this.makeOptionMandatory(required);
  }
}

const described = (value: unknown) => (Array.isArray(value) ? value.join(',') : undefined);

/** Where a checkpoint's record stands in for what is left out, no default does. */
export const shownDefault = (row: Row, command: CommandName): unknown =>
  row.recorded && command !== 'pretrain' ? undefined : fixedDefault(row, command);

/** Every flag of a command, in the groups of --help; `without` those that another one lacks. */
export function addFlags(command: Command, name: CommandName, without: string[] = []): Command {
  for (const { heading, row } of rowsOf(name)) {
    if (!row.flags || without.includes(longFlag(row))) continue;
    command.optionsGroup(heading);
    command.addOption(new Flag(row, name));
    if (row.type.kind === 'switch' && !row.line) addOff(command, row);
  }
  command.hook('preAction', () => checkEmpty(name, command.opts(), sourceOf(command)));
  if (name === 'pretrain' || name === 'lincls') takeRecipe(command, name);
  return command.hook('preAction', () => {
    for (const message of checkEffects(name, command.opts(), sourceOf(command))) tell(message);
  });
}

/** What a recipe switches on, the line switches off: --no-NAME for each switch, not in --help. */
function addOff(command: Command, row: Row): void {
  command.addOption(new Option(longFlag(row).replace('--', '--no-')).hideHelp());
}

/** --recipe: the flags that a recipe holds, where the line does not give them. */
function takeRecipe(command: Command, of: 'pretrain' | 'lincls'): void {
  command.hook('preAction', async () => {
    const { recipe } = command.opts<{ recipe?: string }>();
    if (recipe === undefined) return;
    const { flags } = await loadRecipe(recipe, of);
    for (const [name, value] of Object.entries(flags)) {
      if (command.getOptionValueSource(name) === 'cli') continue;
      command.setOptionValueWithSource(name, value, 'config');
    }
  });
}

const sourceOf = (command: Command) => (name: string) => {
  const source = command.getOptionValueSource(name);
  return source === 'cli' ? 'line' : source === 'config' ? 'recipe' : undefined;
};

/** Once, where several processes have the same line. */
function tell(message: string): void {
  const { RDM_LAUNCHED, RANK, SLURM_PROCID } = process.env;
  const first = [RANK, SLURM_PROCID].every((rank) => !rank || rank === '0');
  if (!RDM_LAUNCHED && first) say(message);
}

/** The flags that the library has too: what is the command line's own is left out. */
export function libraryFlags<Name extends CommandName>(
  name: Name,
  flags: FlagsOf<Name>,
): FlagsOf<Name> {
  const names = new Set(optionsOf(name).map(({ row }: Entry) => attribute(row)));
  return Object.fromEntries(
    Object.entries(flags).filter(([flag]) => names.has(flag)),
  ) as FlagsOf<Name>;
}

type Every = FlagsOf<'knn'>;
type Defaults =
  | 'device'
  | 'output'
  | 'worldSize'
  | 'rank'
  | 'distUrl'
  | 'distTimeout'
  | 'maxRestarts';

/** Those that place a process. */
export type ProcessFlags = { [Key in Defaults]: NonNullable<Every[Key]> } & Pick<
  Every,
  'gpu' | 'distBackend' | 'multiprocessingDistributed' | 'nprocPerNode'
>;
