// One run after the other, each with a seed and a folder of its own.
import { join } from 'node:path';
import { RdmError } from '../../index.js';
import type { ProcessFlags } from '../flags/flags.js';
import { withFlags } from './launch.js';
import { plan } from './plan.js';

interface SeedFlags {
  seed?: number | undefined;
  seeds?: number | undefined;
  output: string;
}

/**
 * Calls `run` for each seed with its flags and the command line that has them, until one ends early. Resolves with the
 * folders of those that were made.
 */
export async function overSeeds<Flags extends SeedFlags & ProcessFlags>(
  flags: Flags,
  run: (flags: Flags, line: string[]) => Promise<void>,
): Promise<string[]> {
  refuseInStarted(flags);
  const { seed: first = 0, seeds = 1 } = flags;
  const folders: string[] = [];
  for (let seed = first; seed < first + seeds && !process.exitCode; ++seed) {
    const output = join(flags.output, `seed-${seed}`);
    const own = ['--seeds', '1', '--seed', `${seed}`, '--output', output];
    await run({ ...flags, seed, output }, withFlags(process.argv.slice(2), ...own));
    folders.push(output);
  }
  return folders;
}

/** Those that torchrun or srun has started meet once. */
function refuseInStarted(flags: ProcessFlags): void {
  const planned = plan(flags, process.env);
  if ('launch' in planned || planned.process === undefined) return;
  throw new RdmError(
    'usage',
    '--seeds makes one run after the other, and this process is one of several of a run',
    'start them one by one with --seed, or let rdm start the processes: --nproc-per-node',
  );
}
