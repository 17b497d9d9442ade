// The flags of several processes: the reference's, and three more.
import type { Command } from 'commander';
import { type Backend, backends, processDefaults } from '../../index.js';
import { integer } from './parse.js';
import { addFlags } from './table.js';

export interface ProcessFlags {
  device: string;
  gpu?: number;
  output: string;
  worldSize: number;
  rank: number;
  distUrl: string;
  distBackend?: Backend;
  distTimeout: number;
  multiprocessingDistributed?: true;
  nprocPerNode?: number;
  maxRestarts: number;
}

/** The reference's default, an address of nobody's: as good as none. */
export const noUrl = 'tcp://224.66.41.62:23456';

export function addProcessFlags(command: Command): Command {
  addFlags(command, 'Several processes:', [
    { flags: '--nproc-per-node <n>', text: 'start so many processes here', parse: integer },
    { flags: '--world-size <n>', text: 'machines that take part', parse: integer, initial: -1 },
    { flags: '--rank <n>', text: 'number of this machine, from 0', parse: integer, initial: -1 },
    {
      flags: '--dist-url <url>',
      text: "where they meet: tcp://HOST:PORT of machine 0, or env:// for torchrun's and Slurm's variables",
      initial: noUrl,
    },
    {
      flags: '--dist-backend <name>',
      text: `how they talk: ${backends.join(', ')} (default: nccl on CUDA, gloo on a CPU)`,
    },
    {
      flags: '--dist-timeout <seconds>',
      text: 'how long one may wait for the others',
      parse: integer,
      initial: processDefaults.timeout,
    },
    {
      flags: '--max-restarts <n>',
      text: 'how often to start again from the newest checkpoint when a process dies',
      parse: integer,
      initial: 0,
    },
  ]);
  return command.option(
    '--multiprocessing-distributed',
    'start one process for each GPU of this machine',
  );
}
