// One of several processes: checked and under the addon's names, and its share of what a machine has.
import { RdmError } from '../base/errors.js';
import { environment } from '../native/addon.js';
import { type Backend, backends, type Device } from '../types/choices.js';
import { oneOf, whole } from './check.js';
import { processes } from './table/machine.js';
import { fixedDefault } from './table/table.js';
import type { ProcessOptions } from './types.js';

interface Given {
  process?: ProcessOptions | undefined;
  device: Device;
}

const torchTimeout = fixedDefault(processes.rows.distTimeout, 'pretrain');

/** Null where it is the only one. */
export function resolveProcess({ process: given, device }: Given) {
  if (!given) return null;
  const [rank, worldSize] = place('rank', given.rank, given.worldSize);
  const { localRank: local = 0, localWorldSize: locals = 1, serve = rank === 0 } = given;
  const [localRank, localWorldSize] = place('localRank', local, locals);
  if (worldSize === 1) return null;
  const { host, prefix = 'rdm', timeout = torchTimeout } = given;
  return {
    ...{ rank, worldSize, localRank, localWorldSize },
    ...{ host, port: whole('port', given.port, 1), serve, prefix },
    backend: resolveBackend(given.backend, device),
    timeout: whole('--dist-timeout', timeout, 1),
  };
}

function place(name: string, rank: number, size: number): [number, number] {
  whole(`the number of processes that ${name} counts`, size, 1);
  if (whole(name, rank, 0) < size) return [rank, size];
  throw new RdmError('usage', `${name} ${rank} is not among ${size} processes: they count from 0`);
}

function resolveBackend(given: Backend | undefined, device: Device): Backend {
  const cuda = device === 'cuda' || (device === 'auto' && environment().cuda.available);
  const backend = oneOf('backend', given ?? (cuda ? 'nccl' : 'gloo'), backends);
  if (backend === 'gloo' || cuda) return backend;
  throw new RdmError(
    'usage',
    '--dist-backend nccl talks between CUDA devices, and this run is on a CPU',
    'leave it out: gloo is taken on a CPU',
  );
}

/** The batch is that of all processes of a machine; the addon takes its share. */
export function shared(batchSize: number, { process }: Pick<Given, 'process'>): number {
  const { localWorldSize = 1 } = process ?? {};
  if (batchSize % localWorldSize === 0) return batchSize;
  throw new RdmError(
    'usage',
    `--batch-size ${batchSize} cannot be split over ${localWorldSize} processes`,
    `it is the total of this machine's processes: take a multiple of ${localWorldSize}`,
  );
}

/** The workers too: this process has so many of them, at least one; 0 is the main process in the reference. */
export function ownWorkers(workers: number, { process }: Pick<Given, 'process'>): number {
  return Math.max(Math.ceil(workers / (process?.localWorldSize ?? 1)), 1);
}
