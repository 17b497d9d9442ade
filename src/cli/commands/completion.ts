// rdm completion: a script that makes a shell complete commands, flags and their values, generated from the
// commands themselves.
import { Argument, type Command, type Option } from 'commander';
import { choicesOf } from '../../index.js';
import { Flag } from '../flags/flags.js';
import { print } from '../output/print.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const notes = `
Examples:
  rdm completion bash > ~/.local/share/bash-completion/completions/rdm
  echo 'eval "$(rdm completion zsh)"' >> ~/.zshrc
  rdm completion fish > ~/.config/fish/completions/rdm.fish`;

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a script that makes a shell complete commands, flags and values')
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .addHelpText('after', notes)
    .action((shell: Shell) => {
      print(completionScript(program, shell).trimEnd().split('\n'));
    });
}

const scripts: Record<Shell, (places: Place[]) => string> = { bash, zsh, fish };

export function completionScript(program: Command, shell: Shell): string {
  return `${scripts[shell](placesOf(program)).trim()}\n`;
}

/** A command and what can follow it. */
interface Place {
  path: string;
  commands: readonly Command[];
  words: readonly string[];
  options: Option[];
}

function placesOf(command: Command, above = ''): Place[] {
  const path = `${above} ${command.name()}`.trim();
  const { commands } = command;
  const options = command.createHelp().visibleOptions(command);
  const [first] = command.registeredArguments;
  const words = first?.argChoices ?? commands.map((sub) => sub.name());
  return [{ path, commands, words, options }, ...commands.flatMap((sub) => placesOf(sub, path))];
}

const names = ({ short, long }: Option) => [short, long].filter((name) => name !== undefined);
const takesValue = (option: Option) => option.required || option.optional;

/** What a value is chosen from; of other values, a shell offers files. */
const offered = (option: Option) =>
  option instanceof Flag ? choicesOf(option.row.type)?.map(String) : undefined;

const list = (items: readonly string[]) => items.join(' ');

function bash(places: Place[]): string {
  const branch = (patterns: Iterable<string>, action: string) =>
    `    ${[...patterns].join('|')}) ${action} ;;`;
  const values = [...valuesOf(places)].map(([words, flags]) =>
    branch(flags, `COMPREPLY=($(compgen -W '${words}' -- "$cur")); return`),
  );
  const following = places.map(({ path, words, options }) =>
    branch([`'${path}'`], `words='${list(words)}' flags='${list(options.flatMap(names))}'`),
  );
  return `
# rdm completion bash
_rdm() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path=rdm word words flags
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "$path $word" in
${branch(subcommands(places), 'path="$path $word"')}
    esac
  done
  case "$path $prev" in
${values.join('\n')}
  esac
  case "$path" in
${following.join('\n')}
  esac
  if [[ $cur == -* ]]; then words=$flags; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _rdm rdm`;
}

const subcommands = (places: Place[]): string[] =>
  places.flatMap(({ path, commands }) => commands.map((sub) => `'${path} ${sub.name()}'`));

/** The flags that take a value, each behind its command, by what the value is chosen from. */
function valuesOf(places: Place[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const { path, options } of places) {
    for (const option of options.filter(takesValue)) {
      const words = list(offered(option) ?? []);
      const flags = names(option).map((name) => `'${path} ${name}'`);
      values.set(words, [...(values.get(words) ?? []), ...flags]);
    }
  }
  return values;
}

/** zsh runs bash's functions. */
function zsh(places: Place[]): string {
  return `
#compdef rdm
autoload -U +X compinit && compinit -u
autoload -U +X bashcompinit && bashcompinit
${bash(places).trim()}`;
}

function fish(places: Place[]): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const complete = (path: string, ...parts: string[]) =>
    [`complete -c rdm -n 'test (__rdm_path) = "${path}"'`, ...parts].join(' ');
  const option = (path: string, found: Option) => {
    const { short, long, description } = found;
    const words = offered(found);
    const value = words ? `-x -a ${quoted(list(words))}` : takesValue(found) ? '-r' : '';
    const flags = [short && `-s ${short.slice(1)}`, long && `-l ${long.slice(2)}`];
    return complete(
      path,
      ...flags.filter((flag) => !!flag).map(String),
      value,
      `-d ${quoted(description)}`,
    );
  };
  return `
# rdm completion fish
function __rdm_path
  set -l path rdm
  for word in (commandline -opc)[2..-1]
    switch "$path $word"
      case ${list(subcommands(places))}
        set path "$path $word"
    end
  end
  echo $path
end
${places
  .flatMap(({ path, commands, words, options }) => [
    ...commands.map((sub) =>
      complete(path, '-f', `-a ${sub.name()}`, `-d ${quoted(sub.description())}`),
    ),
    ...(commands.length === 0 ? words.map((word) => complete(path, '-f', `-a ${word}`)) : []),
    ...options.map((found) => option(path, found)),
  ])
  .join('\n')}`;
}
