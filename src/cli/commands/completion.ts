// rdm completion: a script that makes a shell complete commands, flags and their values.
import { Argument, type Command } from 'commander';
import { print } from '../output/print.js';
import { completionScript, type Shell, shells } from './completion-scripts.js';

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
