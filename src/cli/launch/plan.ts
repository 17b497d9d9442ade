// What the flags and the environment make of this process: one that runs, or one that starts others.
import { environment, type ProcessOptions, RdmError } from '../../index.js';
import type { ProcessFlags } from '../flags/flags.js';
import { placeOf } from './place.js';
import { type Environment, type Place, prefixOf, torchrunPlace } from './variables.js';

/** The processes to start here. */
export interface Launch {
  processes: number;
  /** Of this machine among several; undefined where its processes meet at a free port. */
  place: Place | undefined;
  maxRestarts: number;
  /** The folder of the checkpoints to start again from. */
  output: string;
}

export type Plan = { launch: Launch } | { process: ProcessOptions | undefined };

/** The variable that marks the processes of a launch. */
export const launched = 'RDM_LAUNCHED';

export function plan(flags: ProcessFlags, env: Environment): Plan {
  if (env[launched]) return { process: processAt(torchrunPlace(env), flags) };
  const place = placeOf(flags, env);
  const processes = processesToStart(flags);
  if (processes === undefined) return { process: processAt(place, flags) };
  if (env.TORCHELASTIC_RUN_ID || (place?.localWorldSize ?? 1) > 1) startedAlready();
  const { maxRestarts, output } = flags;
  const single = processes === 1 && (place?.worldSize ?? 1) === 1;
  if (single && maxRestarts === 0) return { process: undefined };
  return { launch: { processes, place, maxRestarts, output } };
}

function processAt(place: Place | undefined, flags: ProcessFlags): ProcessOptions | undefined {
  if (!place) return undefined;
  const { run, attempt, ...where } = place;
  const { distBackend: backend, distTimeout: timeout } = flags;
  return { ...where, prefix: prefixOf(place), backend, timeout };
}

/** Undefined where this process runs the job itself. */
function processesToStart(flags: ProcessFlags): number | undefined {
  const { nprocPerNode, multiprocessingDistributed, gpu } = flags;
  const restarts = atLeast('--max-restarts', flags.maxRestarts, 0) > 0;
  if (!multiprocessingDistributed && nprocPerNode === undefined) return restarts ? 1 : undefined;
  const devices = flags.device === 'cpu' ? 0 : environment().cuda.devices;
  const processes = atLeast('--nproc-per-node', nprocPerNode ?? Math.max(devices, 1), 1);
  if (gpu !== undefined && processes > 1) {
    throw new RdmError(
      'usage',
      `--gpu ${gpu} is one device, and each of ${processes} processes takes its own`,
      'leave it out, or start one process',
    );
  }
  if (devices === 0 || processes <= devices) return processes;
  throw new RdmError(
    'usage',
    `--nproc-per-node ${processes} is more than the CUDA devices of this machine: ${devices}`,
    'each process takes one; --device cpu takes none',
  );
}

function startedAlready(): never {
  throw new RdmError(
    'usage',
    'torchrun or srun has started a process for each device, and each would start more',
    'leave --multiprocessing-distributed, --nproc-per-node and --max-restarts out',
  );
}

function atLeast(name: string, value: number, least: number): number {
  if (value >= least) return value;
  throw new RdmError('usage', `${name} must be at least ${least}, not ${value}`);
}
