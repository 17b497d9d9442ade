// The reference's flags for several processes. One process runs; more are refused.
import { environment, RdmError } from '../index.js';
import type { ProcessFlags } from './flags/machine.js';

export function requireOneProcess(flags: ProcessFlags): void {
  const worldSize = nodes(flags);
  if (worldSize > 1) refuse(`a world size of ${worldSize}`, 'leave --world-size out');
  if (!flags.multiprocessingDistributed || flags.gpu !== undefined) return;
  const { devices } = environment().cuda;
  if (devices > 1) refuse(`--multiprocessing-distributed on ${devices} devices`, 'add --gpu 0');
}

// As the reference does, env:// takes the number from torchrun's variable.
function nodes({ distUrl, worldSize }: ProcessFlags): number {
  return distUrl === 'env://' && worldSize === -1 ? Number(process.env.WORLD_SIZE) : worldSize;
}

function refuse(what: string, fix: string): never {
  throw new RdmError(
    'usage',
    `${what} asks for several processes, which this version of rdm does not run`,
    `it runs one process on one device: ${fix}`,
  );
}
