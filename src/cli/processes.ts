// The reference's flags for several processes. One process runs; more are refused.
import { RdmError } from '../index.js';
import type { ProcessFlags } from './flags.js';

export function requireOneProcess(flags: ProcessFlags & { gpu?: number | undefined }): void {
  const fromEnvironment = flags.distUrl === 'env://' && flags.worldSize === -1;
  const worldSize = fromEnvironment ? Number(process.env.WORLD_SIZE ?? 1) : flags.worldSize;
  if (worldSize > 1) refuse(`a world size of ${worldSize}`, 'leave --world-size out');
}

function refuse(what: string, fix: string): never {
  throw new RdmError(
    'usage',
    `${what} asks for several processes, which this version of rdm does not run`,
    `it runs one process on one device: ${fix}`,
  );
}
