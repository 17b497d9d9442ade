// rdm report: runs that were made, as one page, as pictures, as a table.
import type { Command } from 'commander';
import { type ReportOptions, report } from '../../index.js';
import { addFlags } from '../flags/flags.js';
import { say } from '../output/print.js';

const notes = `
Writes what is asked for; report.html where nothing is. A RUN is the --output folder of rdm pretrain,
rdm lincls or rdm finetune, or that of rdm sweep, which stands for its runs. The page is one file that fetches nothing.

Examples:
  rdm report runs/online-2
  rdm report runs/* --html compared.html
  rdm report runs/sigmas --html sweep.html
  rdm report runs/online-2 --svg figures --csv online-2.csv`;

export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .description('show runs, one over the other: losses, ranks, spectra, accuracy, speed')
    .argument('<run...>', 'folders of runs');
  addFlags(command, 'report')
    .addHelpText('after', notes)
    .action(async (runs: string[], options: ReportOptions) => {
      const asked = Object.keys(options).length > 0 ? options : { html: 'report.html' };
      const onSkipped = ({ message }: Error) => say(`left out: ${message}`);
      for (const path of await report(runs, { ...asked, onSkipped })) say(`wrote ${path}`);
    });
}
