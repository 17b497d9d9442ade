// rdm completion: a script that makes a shell complete commands, flags and their values, generated from the
// commands themselves.
import { Argument, type Command, type Option } from 'commander';
import { choicesOf, type RecipeInfo, recipes } from '../../index.js';
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
    .action(async (shell: Shell) => {
      print(
        completionScript(program, shell, await recipes())
          .trimEnd()
          .split('\n'),
      );
    });
}

const scripts: Record<Shell, (places: Place[]) => string> = { bash, zsh, fish };

type Recipes = Pick<RecipeInfo, 'name' | 'command'>[];

export function completionScript(program: Command, shell: Shell, recipes: Recipes): string {
  return `${scripts[shell](placesOf(program, recipes)).trim()}\n`;
}

/** A command and what can follow it. */
interface Place {
  path: string;
  commands: readonly Command[];
  words: readonly string[];
  /** Whether a file may stand in a word's place. */
  files: boolean;
  options: Option[];
  /** The names of those that this command runs. */
  recipes: string[];
}

function placesOf(command: Command, recipes: Recipes, above = ''): Place[] {
  const path = `${above} ${command.name()}`.trim();
  const { commands } = command;
  const options = command.createHelp().visibleOptions(command);
  const [first] = command.registeredArguments;
  const files = first?.name() === 'recipe';
  const names = recipes.map(({ name }) => name);
  const words = files ? names : (first?.argChoices ?? commands.map((sub) => sub.name()));
  const runs = command.name() === 'lincls' ? 'lincls' : 'pretrain';
  const own = recipes.filter((each) => each.command === runs).map(({ name }) => name);
  return [
    { path, commands, words, files, options, recipes: own },
    ...commands.flatMap((sub) => placesOf(sub, recipes, path)),
  ];
}

const names = ({ short, long }: Option) => [short, long].filter((name) => name !== undefined);
const takesValue = (option: Option) => option.required || option.optional;

const isRecipe = (option: Option) => option.long === '--recipe';

/** What a value is chosen from; of other values, a shell offers files. */
function offered(option: Option, { recipes }: Place): string[] | undefined {
  if (isRecipe(option)) return recipes;
  return option instanceof Flag ? choicesOf(option.row.type)?.map(String) : undefined;
}

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
  for (const place of places) {
    for (const option of place.options.filter(takesValue)) {
      const words = list(offered(option, place) ?? []);
      const flags = names(option).map((name) => `'${place.path} ${name}'`);
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
  const option = (place: Place, found: Option) => {
    const { short, long, description } = found;
    const words = offered(found, place);
    const only = isRecipe(found) ? '-r' : '-x'; // a recipe may be a file too
    const value = words ? `${only} -a ${quoted(list(words))}` : takesValue(found) ? '-r' : '';
    const flags = [short && `-s ${short.slice(1)}`, long && `-l ${long.slice(2)}`];
    return complete(
      place.path,
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
  .flatMap((place) => [
    ...place.commands.map((sub) =>
      complete(place.path, '-f', `-a ${sub.name()}`, `-d ${quoted(sub.description())}`),
    ),
    ...(place.commands.length === 0
      ? place.words.map((word) => complete(place.path, place.files ? '' : '-f', `-a ${word}`))
      : []),
    ...place.options.map((found) => option(place, found)),
  ])
  .join('\n')}`;
}
