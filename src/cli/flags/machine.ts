// Where results go and where the work is done.
import type { Command } from 'commander';
import { devices, precisions, pretrainDefaults } from '../../index.js';
import { integer } from './parse.js';
import { addFlags } from './table.js';

/** The flags of the reference that concern several processes. */
export interface ProcessFlags {
  gpu?: number;
  worldSize: number;
  rank: number;
  distUrl: string;
  distBackend: string;
  multiprocessingDistributed?: true;
}

export type MachineFlags = ProcessFlags & { json?: true; recipe?: string };

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
  addDeviceFlags(command);
  addFlags(command, 'Device:', [
    { flags: '--world-size <n>', text: 'nodes that take part', parse: integer, initial: -1 },
    { flags: '--rank <n>', text: 'number of this node', parse: integer, initial: -1 },
    {
      flags: '--dist-url <url>',
      text: 'where processes meet',
      initial: 'tcp://224.66.41.62:23456',
    },
    { flags: '--dist-backend <name>', text: 'how processes talk', initial: 'nccl' },
  ]);
  return command.option('--multiprocessing-distributed', 'one process a device');
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
  const { json, recipe, worldSize, rank, distUrl, distBackend, ...rest } = flags;
  const { multiprocessingDistributed, ...run } = rest;
  return run;
}
