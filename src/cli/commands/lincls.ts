// rdm lincls: trains a linear classifier on the frozen backbone of a checkpoint, and evaluates it.
import type { Command } from 'commander';
import { type Control, type FlagsOf, lincls, linclsOptions } from '../../index.js';
import { addFlags, libraryFlags, type ProcessFlags, placeHelp } from '../flags/flags.js';
import { inProcesses, runJob } from '../launch/run.js';
import { openOutput } from '../output/open.js';
import { outliveStdout } from '../output/print.js';

const notes = `
PLACE, --arch, --stem, --patch-size, --dataset and --crop-size may be left out: they then come from the checkpoint,
where it has one.

Examples:
  rdm lincls --pretrained checkpoint_0099.pth.tar --lars /data/imagenet
  rdm lincls --pretrained checkpoint_0099.pth.tar --lars
  rdm lincls --recipe linear/imagenet --pretrained checkpoint_0099.pth.tar
  rdm lincls --evaluate --resume model_best.pth.tar /data/imagenet`;

export function addLinclsCommand(program: Command): void {
  const command = program
    .command('lincls')
    .description('train and evaluate a linear classifier on a frozen backbone')
    .argument('[place...]', placeHelp);
  addFlags(command, 'lincls')
    .addHelpText('after', notes)
    .action(async (data: string[], flags: FlagsOf<'lincls'> & ProcessFlags) => {
      const options = { ...linclsOptions(libraryFlags('lincls', flags)), data };
      await inProcesses(flags, async (place) => {
        outliveStdout();
        const output = await openOutput(flags.json, place);
        const job = (control: Control) => lincls({ ...options, process: place }, control);
        await runJob(output, job, flags.timeLimit);
      });
    });
}
