// rdm verify-resume: does a run that was stopped and resumed come to the same tensors, here, on these data?
import type { Command } from 'commander';
import { type PretrainFlags, pretrainOptions, RdmError, verifyResume } from '../../index.js';
import { addPretrainFlags } from '../flags/commands.js';
import { type MachineFlags, runFlags } from '../flags/machine.js';
import { integer } from '../flags/parse.js';
import { runJob } from '../launch/run.js';
import { openVerifyOutput } from '../output/verify-resume.js';

const notes = `
It trains --steps steps straight, then again with a stop after half of them, and compares the SHA-256 of every
tensor: weights, momentum networks, buffers, optimizer. Exit code 0 where all are equal, 1 where one differs.

Example:
  rdm verify-resume -a resnet18 -b 64 --crop-size 64 --precision bf16 /data/imagenet`;

export function addVerifyResumeCommand(program: Command): void {
  const command = program
    .command('verify-resume')
    .description('train some steps straight and with a stop in between, and compare every tensor')
    .argument('<dir>', 'dataset: a folder with train/CLASS/*.jpg, or with the files of CIFAR');
  addPretrainFlags(command)
    .optionsGroup('Check:')
    .option('--steps <n>', 'steps to train', integer, 20)
    .addHelpText('after', notes)
    .action(async (data: string, flags: PretrainFlags & MachineFlags & { steps: number }) => {
      if (flags.multiprocessingDistributed || flags.nprocPerNode || flags.worldSize > 1) {
        throw new RdmError(
          'usage',
          'rdm verify-resume trains in one process',
          'try it on one device',
        );
      }
      const { steps, ...rest } = flags;
      const options = { ...pretrainOptions(runFlags(rest)), data };
      let different = false;
      await runJob(
        openVerifyOutput(flags.json),
        async (control) => {
          const result = await verifyResume(options, steps, control);
          different = result.different.length > 0;
          return result;
        },
        flags.timeLimit,
      );
      if (different) process.exitCode = 1;
    });
}
