// rdm sweep: a recipe over axes, every run in a folder of its own.
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  commandOf,
  type FlagsOf,
  planSweep,
  RdmError,
  runSweep,
  type SweepPlan,
  type SweepRow,
  sweepRows,
} from '../../index.js';
import { addFlags, placeHelp } from '../flags/flags.js';
import { untilSignal } from '../launch/run.js';
import { submitArray } from '../launch/slurm-array.js';
import { runStarter } from '../launch/sweep-runs.js';
import { counted } from '../output/format.js';
import { openLiveTable } from '../output/live-table.js';
import { print, printJson, say } from '../output/print.js';
import { sweepTable } from '../output/run-table.js';

const notes = `
FILE has the flags that all runs share and the axes in which they differ:

  recipe: cifar/rdmsimsiam
  flags: {epochs: 12, knn-every: 2, pred-type: poly, pred-location: target}
  axes: {sigma: [-1, -0.5, 0], learning-rate: [0.5, 1]}

makes six runs; with random: {runs: 20, seed: 0} an axis may be a range, {from: 0.01, to: 1, log: true}. The same
command goes on with a sweep that was stopped or killed, and makes what was added to it. A run whose verdict is a
collapse ends early. rdm runs DIR and rdm report DIR show the runs.

Examples:
  rdm sweep sigmas.yaml /data/cifar10 --output runs/sigmas --jobs 2
  rdm sweep sigmas.yaml /data/cifar10 --output runs/sigmas --keep-best 1 --score knn
  rdm sweep sigmas.yaml /data/cifar10 --output runs/sigmas --slurm --jobs 8`;

export function addSweepCommand(program: Command): void {
  const command = program
    .command('sweep')
    .description('pretrain with every combination of some flags, or with some that are drawn')
    .argument('<file>', 'what all runs share, and the axes: a .yaml file')
    .argument('[place...]', placeHelp);
  addFlags(command, 'sweep')
    .addHelpText('after', notes)
    .action(async (file: string, data: string[], flags: FlagsOf<'sweep'>) => {
      if (flags.score !== undefined && flags.keepBest === undefined) {
        throw new RdmError(
          'usage',
          '--score has no effect without --keep-best',
          'leave it out, or say how many runs to keep',
        );
      }
      const plan = await planSweep(file, data);
      if (flags.task !== undefined) await makeOne(plan, flags, flags.task);
      else if (flags.slurm) submit(plan, flags);
      else await makeAll(plan, flags);
    });
}

async function makeAll(plan: SweepPlan, flags: FlagsOf<'sweep'>): Promise<void> {
  const { output = '', jobs = 1, keepBest: keep, score = 'knn', json } = flags;
  let rows: () => SweepRow[] = () => [];
  const live = openLiveTable(() => [progress(rows()), ...sweepTable(rows())]);
  const told = new Map<string, string>();
  const tellChanges = () => {
    for (const { name, state, reason } of rows()) {
      if (told.get(name) === state) continue;
      if (state !== 'waiting') live.note(`${name}: ${state}${reason ? `: ${reason}` : ''}`);
      told.set(name, state);
    }
  };
  const job = async (signal: AbortSignal) => {
    const { outcome, rows: ended } = await runSweep(plan, {
      ...{ output, jobs, signal, start: runStarter(jobs, signal) },
      halving: keep === undefined ? undefined : { keep, score },
      onChange: (now) => {
        rows = now;
        tellChanges();
      },
      onLost: (name) => live.note(`${name}: its folder is gone; it is made anew`),
    });
    live.close();
    if (json) printJson(ended);
    else print(sweepTable(ended));
    say(progress(ended));
    if (ended.some(({ state }) => state === 'failed')) process.exitCode = 1;
    return outcome === 'stopped';
  };
  try {
    const stopping = 'no more are started, and those that go on save';
    await untilSignal((reason) => live.note(`stopping: ${stopping}; ${reason}`), job);
  } finally {
    live.close();
  }
}

/** 6 runs: 3 done, 2 collapsed, 1 running */
function progress(rows: SweepRow[]): string {
  const states = [...new Set(rows.map(({ state }) => state))];
  const of = (state: string) => rows.filter((row) => row.state === state).length;
  return `${counted(rows.length, 'run')}: ${states.map((state) => `${of(state)} ${state}`).join(', ')}`;
}

function submit(plan: SweepPlan, flags: FlagsOf<'sweep'>): void {
  const { output = '', jobs = 1, keepBest } = flags;
  if (keepBest !== undefined) {
    throw new RdmError(
      'usage',
      '--keep-best has no effect with --slurm: no process is there that would choose',
      'leave it out, or run the sweep in one job with --jobs',
    );
  }
  const rows = sweepRows(plan, output);
  const tasks = rows.flatMap(({ state }, task) => (state === 'waiting' ? [task] : []));
  if (tasks.length === 0) {
    say(`nothing is left to do: ${progress(rows)}`);
    return;
  }
  const args = process.argv.slice(2).filter((word) => word !== '--slurm');
  print(submitArray({ tasks, jobs, output, args }));
  say(
    `${counted(tasks.length, 'run')} of ${rows.length} to be made; rdm runs ${output} shows them`,
  );
}

/** A task of a job array: the run takes over this process's signals, and its exit code is this one's. */
async function makeOne(plan: SweepPlan, { output = '' }: FlagsOf<'sweep'>, task: number) {
  const planned = plan.runs[task];
  if (!planned) {
    const last = plan.runs.length - 1;
    throw new RdmError('usage', `--task ${task} is no run of ${plan.file}: 0 to ${last} are`);
  }
  say(`${planned.name}, in ${join(output, planned.name)}`);
  await untilSignal(
    () => {},
    async (signal) => {
      const { outcome, reason } = await runStarter(1, signal)(commandOf(plan, planned, output));
      say(`${planned.name}: ${outcome}${reason ? `: ${reason}` : ''}`);
      if (outcome === 'failed') process.exitCode = 1;
      return outcome === 'stopped';
    },
  );
}
