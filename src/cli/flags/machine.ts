// Where results go and where the work is done.
import type { Command } from 'commander';
import { devices, precisions, pretrainDefaults } from '../../index.js';
import { integer } from './parse.js';
import { addProcessFlags, type ProcessFlags } from './processes.js';
import { addFlags } from './table.js';

export type MachineFlags = ProcessFlags & { json?: true; recipe?: string; timeLimit?: number };

export function addMachineFlags(command: Command): Command {
  command
    .optionsGroup('Output:')
    .option('--output <dir>', 'folder for checkpoints and events.jsonl', pretrainDefaults.output)
    .option(
      '-p, --print-freq <n>',
      'steps between two progress lines',
      integer,
      pretrainDefaults.printFreq,
    )
    .option('--json', 'print events as JSON, one a line');
  addFlags(command, 'Output:', [
    { flags: '--tensorboard', text: "also write TensorBoard's event files to the output folder" },
  ]);
  addDeviceFlags(command);
  return addProcessFlags(command);
}

export function addDeviceFlags(command: Command): Command {
  return addFlags(command, 'Device:', [
    { flags: '--device <name>', text: devices.join(', '), initial: pretrainDefaults.device },
    { flags: '--gpu <index>', text: 'which CUDA device', parse: integer },
    {
      flags: '--precision <name>',
      text: `of the network: ${precisions.join(', ')} (CUDA only)`,
      initial: pretrainDefaults.precision,
    },
  ]);
}

/** Those that a run takes: what is the command line's own is left out. */
export function runFlags<Flags extends MachineFlags>(flags: Flags) {
  const { json, recipe, timeLimit, worldSize, rank, distUrl, distBackend, distTimeout, ...rest } =
    flags;
  const { multiprocessingDistributed, nprocPerNode, maxRestarts, ...run } = rest;
  return run;
}
