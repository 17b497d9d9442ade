// A group of flags as a table, and how it is added to a command.
import { type Command, Option } from 'commander';

/** What --help says of a flag, how its text becomes a value, and what it is where left out. */
export interface Flag {
  flags: string;
  text: string;
  parse?: (text: string) => unknown;
  initial?: unknown;
}

export function addFlags(command: Command, heading: string, table: Flag[]): Command {
  command.optionsGroup(heading);
  for (const { flags, text, parse, initial } of table) {
    const option = new Option(flags, text);
    if (parse) option.argParser(parse);
    if (initial !== undefined) option.default(initial, described(initial));
    command.addOption(option);
    if (flags.startsWith('--') && !/[ ,]/.test(flags)) addOff(command, flags);
  }
  return command;
}

const described = (value: unknown) => (Array.isArray(value) ? value.join(',') : undefined);

/** What a recipe switches on, the line switches off: --no-NAME for each switch, not in --help. */
function addOff(command: Command, flags: string): void {
  command.addOption(new Option(flags.replace('--', '--no-')).hideHelp());
}
