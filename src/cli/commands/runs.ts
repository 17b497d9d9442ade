// rdm runs: every run below a folder as a table, and which of them is the best.
import type { Command } from 'commander';
import { bestRun, type FlagsOf, listRuns, measures, type RunRow } from '../../index.js';
import { addFlags } from '../flags/flags.js';
import { counted } from '../output/format.js';
import { print, printJson, say } from '../output/print.js';
import { cell, runsTable } from '../output/run-table.js';

const notes = `
Columns: run, state (done, stopped, running, killed), epoch, verdict, what was measured, and the options in which
the runs differ. --where and --sort take any of them, and every flag of a run. Nothing but the files that runs
leave (events.jsonl, run.json) is read.

Examples:
  rdm runs runs --sort knn
  rdm runs runs --where 'sigma<0,state=done' --csv > runs.csv
  rdm knn --pretrained "$(rdm runs best runs --by knn)"`;

export function addRunsCommands(program: Command): void {
  const command = program
    .command('runs')
    .description('list the runs below a folder, and find the best of them')
    .addHelpText('after', notes);
  const list = command
    .command('list', { isDefault: true })
    .description('every run below a folder, as a table')
    .argument('<folder>', 'a folder that has runs below it');
  addFlags(list, 'runs list')
    .addHelpText('after', "\nExample:\n  rdm runs list runs --where 'verdict=healthy' --sort knn")
    .action((folder: string, flags: FlagsOf<'runs list'>) => {
      const { where, sort } = flags;
      const rows = listRuns(folder, { where, sort, onSkipped });
      if (flags.json) printJson(rows);
      else if (flags.csv) print(csvOf(rows));
      else if (rows.length > 0) print(runsTable(rows));
      if (rows.length === 0) say(`no run below ${folder}${where ? ' of which that holds' : ''}`);
    });
  const best = command
    .command('best')
    .description('the checkpoint of the run that is the best by a measure')
    .argument('<folder>', 'a folder that has runs below it');
  addFlags(best, 'runs best')
    .addHelpText('after', '\nExample:\n  rdm runs best runs --by knn')
    .action((folder: string, { where, by = '', json }: FlagsOf<'runs best'>) => {
      const rows = listRuns(folder, { where, onSkipped });
      const found = bestRun(rows, by);
      if (json) return printJson(found);
      print(found.checkpoint ?? found.folder);
      say(`${found.run}, of ${counted(rows.length, 'run')} the best by ${by}`);
    });
}

const onSkipped = ({ message }: Error) => say(`left out: ${message}`);

/** Every column and every option of one of them; RFC 4180. */
function csvOf(rows: RunRow[]): string[] {
  const options = [...new Set(rows.flatMap((row) => Object.keys(row.options)))];
  const { measures: _, options: __, ...plain } = rows[0] ?? ({} as RunRow);
  const columns = Object.keys(plain) as (keyof typeof plain)[];
  const head = [...columns, ...measures.map(({ name }) => name), ...options];
  const line = (row: RunRow) => [
    ...columns.map((column) => cell(row[column])),
    ...measures.map(({ name }) => cell(row.measures[name])),
    ...options.map((name) => cell(row.options[name])),
  ];
  return [head, ...rows.map(line)].map((cells) => cells.map(quoted).join(','));
}

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
