// rdm finetune: a checkpoint's whole network with a new classifier, on few labels or on all.
import type { Command } from 'commander';
import {
  type AcrossSeeds,
  acrossSeeds,
  type Control,
  type FinetuneOptions,
  type FlagsOf,
  finetune,
  finetuneOptions,
} from '../../index.js';
import { addFlags, libraryFlags, type ProcessFlags, placeHelp } from '../flags/flags.js';
import { inProcesses, runJob } from '../launch/run.js';
import { overSeeds } from '../launch/seeds.js';
import { table } from '../output/format.js';
import { openOutput } from '../output/open.js';
import { outliveStdout, print, printJson } from '../output/print.js';

const notes = `
PLACE, --arch, --stem, --patch-size, --dataset and --crop-size may be left out: they then come from the checkpoint,
where it has one. An epoch's last batch is left out where it is not full, unless it is the only one. With --seeds the
table at the end has each run's accuracy after its last epoch, their mean and the deviation of a sample.

Examples:
  rdm finetune checkpoint_0099.pth.tar --label-fraction 0.1 --output tuned
  rdm finetune checkpoint_0099.pth.tar --labels-per-class 50 --backbone-lr-factor 0.1 --epochs 100 --output tuned
  rdm finetune checkpoint_0099.pth.tar --optimizer adamw --lr 0.001 --wd 0.05 --output tuned
  rdm finetune checkpoint_0099.pth.tar --label-fraction 0.01 --seeds 5 --output few /data/cifar10
  rdm finetune checkpoint_0099.pth.tar --label-fraction 0.01 --seeds 5 --from-scratch --output control /data/cifar10
  rdm predict tuned/model_best.pth.tar cat.jpg`;

type Flags = FlagsOf<'finetune'> & ProcessFlags;
type Weights = Pick<FinetuneOptions, 'checkpoint' | 'data'>;

export function addFinetuneCommand(program: Command): void {
  const command = program
    .command('finetune')
    .description("train a checkpoint's whole network with a classifier, on few labels or on all")
    .argument('<checkpoint>', 'any weights that can be read')
    .argument('[place...]', placeHelp);
  addFlags(command, 'finetune')
    .addHelpText('after', notes)
    .action(async (checkpoint: string, data: string[], flags: Flags) => {
      const weights = { checkpoint, data };
      if (flags.seeds === 1) return tune(weights, flags);
      const folders = await overSeeds(flags, (own, line) => tune(weights, own, line));
      if (process.exitCode) return;
      const found = acrossSeeds(folders);
      if (flags.json) printJson({ type: 'seeds', ...found });
      else print(seedTable(found));
    });
}

async function tune(weights: Weights, flags: Flags, line?: string[]): Promise<void> {
  const options = { ...finetuneOptions(libraryFlags('finetune', flags)), ...weights };
  await inProcesses(
    flags,
    async (place) => {
      outliveStdout();
      const output = await openOutput(flags.json, place);
      const job = (control: Control) => finetune({ ...options, process: place }, control);
      await runJob(output, job, flags.timeLimit);
    },
    line,
  );
}

const percent = (value: number | null) => value?.toFixed(2) ?? '–';

function seedTable({ runs, top1, top5 }: AcrossSeeds): string[] {
  const heads = ['top-1 %', 'top-5 %', 'best top-1 %'];
  const row = (name: string, cells: string[]) => [
    name,
    ...cells.map((cell, column) => cell.padStart(heads[column]?.length ?? 0)),
  ];
  return table([
    ['seed', ...heads],
    ...runs.map((run) => row(`${run.seed}`, [run.top1, run.top5, run.bestTop1].map(percent))),
    row('mean', [percent(top1.mean), percent(top5.mean)]),
    row('deviation', [percent(top1.deviation), percent(top5.deviation)]),
  ]);
}
