// rdm verify-resume: does a run that was stopped and resumed come to the same tensors, here, on these data?
import type { Command } from 'commander';
import {
  type Event,
  type FlagsOf,
  pretrainOptions,
  RdmError,
  type ResumeCheck,
  verifyResume,
} from '../../index.js';
import { addFlags, libraryFlags, type ProcessFlags } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { jsonOutput, type Output } from '../output/output.js';
import { print, say } from '../output/print.js';

const notes = `
It trains --steps steps straight, then again with a stop after half of them, and compares the SHA-256 of every
tensor: weights, momentum networks, buffers, optimizer. Exit code 0 where all are equal, 1 where one differs.

Example:
  rdm verify-resume -a resnet18 -b 64 --crop-size 64 --precision bf16 /data/imagenet`;

export function addVerifyResumeCommand(program: Command): void {
  const command = program
    .command('verify-resume')
    .description('train some steps straight and with a stop in between, and compare every tensor')
    .argument('<place...>', 'as rdm pretrain takes it, but standard input');
  addFlags(addFlags(command, 'pretrain', ['--overwrite']), 'verify-resume')
    .addHelpText('after', notes)
    .action(
      async (data: string[], flags: FlagsOf<'pretrain'> & ProcessFlags & { steps: number }) => {
        if (flags.multiprocessingDistributed || flags.nprocPerNode || flags.worldSize > 1) {
          throw new RdmError(
            'usage',
            'rdm verify-resume trains in one process',
            'try it on one device',
          );
        }
        const options = { ...pretrainOptions(libraryFlags('pretrain', flags)), data };
        let different = false;
        await runJob(
          openVerifyOutput(flags.json),
          async (control) => {
            const result = await verifyResume(options, flags.steps, control);
            different = result.different.length > 0;
            return result;
          },
          flags.timeLimit,
        );
        if (different) process.exitCode = 1;
      },
    );
}

const phases = ['straight', 'to the stop', 'on from there'];

function openVerifyOutput(json: boolean | undefined): Output<Event, ResumeCheck> {
  if (json) return jsonOutput();
  let runs = 0;
  return {
    event: (event) => {
      if (event.type === 'start') say(`training ${phases[runs++]}`);
      if (event.type === 'warning') say(`warning: ${event.message}`);
    },
    note: say,
    finish: (result) => {
      if (result.outcome === 'done') print(describe(result));
    },
    close: () => {},
  };
}

function describe({ steps, tensors, different }: ResumeCheck): string {
  const runs = `${steps} steps straight and with a stop in between`;
  const [first] = different;
  if (first === undefined) return `${runs}: all ${tensors} tensors are equal bit for bit`;
  return `${runs}: ${different.length} of ${tensors} tensors differ, the first is ${first}`;
}
