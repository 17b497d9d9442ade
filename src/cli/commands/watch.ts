// rdm watch: a run while it goes on, as a page or on the terminal.
import type { Command } from 'commander';
import { type FlagsOf, followRun, watch } from '../../index.js';
import { addFlags } from '../flags/flags.js';
import { untilSignal } from '../launch/run.js';
import { openOutput } from '../output/open.js';
import { print, say } from '../output/print.js';

const notes = `
The page is that of rdm report, and follows the run until Ctrl-C. Where --host lets other machines in, the
printed address holds a secret that they need.

Examples:
  rdm watch runs/online-2
  rdm watch runs/online-2 --terminal
  rdm watch runs/online-2 --host 0.0.0.0 --port 8080`;

export function addWatchCommand(program: Command): void {
  const command = program
    .command('watch')
    .description('follow a run that goes on, in a browser or on the terminal')
    .argument('<run>', 'folder of the run');
  addFlags(command, 'watch')
    .addHelpText('after', notes)
    .action((run: string, flags: FlagsOf<'watch'>) =>
      // Ctrl-C is how one leaves: no failure.
      untilSignal(
        () => {},
        async (signal) => {
          await (flags.terminal ? onTerminal(run, signal) : inBrowser(run, flags, signal));
          return false;
        },
      ),
    );
}

async function inBrowser(run: string, { host, port }: FlagsOf<'watch'>, signal: AbortSignal) {
  const onListening = (url: string) => {
    print(url);
    say('open this address in a browser; Ctrl-C ends');
  };
  await watch(run, { host, port, onListening, signal });
}

async function onTerminal(run: string, signal: AbortSignal): Promise<void> {
  const output = await openOutput(false, undefined);
  try {
    const summary = await followRun(run, { onEvent: output.event, signal });
    if (summary) output.finish(summary);
  } finally {
    output.close();
  }
}
