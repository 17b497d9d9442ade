// A command's job in this process, alone or as one of several, or in processes that this one starts.
import type { ProcessOptions } from '../../index.js';
import type { ProcessFlags } from '../flags/processes.js';
import { launch } from './launch.js';
import { plan } from './plan.js';
import { RankError } from './rank.js';

export async function inProcesses(
  flags: ProcessFlags,
  job: (place: ProcessOptions | undefined) => Promise<void>,
): Promise<void> {
  const planned = plan(flags, process.env);
  if ('launch' in planned) {
    process.exitCode = await launch(planned.launch);
    return;
  }
  const place = planned.process;
  await job(place).catch((error: unknown) => {
    throw place ? new RankError(place, error) : error;
  });
}
