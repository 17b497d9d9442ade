// rdm setup: has a LibTorch there for the addon that came with the package, or builds one from source.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { type FlagsOf, fetchLibtorch, RdmError } from '../../index.js';
import { addFlags } from '../flags/flags.js';
import { megabytes } from '../output/format.js';
import { say } from '../output/print.js';
import { openProgress } from '../output/progress.js';

const root = dirname(createRequire(import.meta.url).resolve('rdm-ssl/package.json'));
const script = join(root, 'scripts/setup');

const notes = `
An addon that came with the package needs a LibTorch: the one of LIBTORCH, of Python, or else one that is
fetched here, by pip or from RDM_LIBTORCH_URL or PyTorch's own archive, into RDM_CACHE (~/.cache/rdm).
Where none came, and with --build, LibTorch and the image codecs are found or installed and it is built.

Examples:
  rdm setup
  rdm setup --cuda
  LIBTORCH=/opt/libtorch rdm setup --build`;

export function addSetupCommand(program: Command): void {
  const command = program
    .command('setup')
    .description('fetch the LibTorch that the addon runs with, or build the addon from source');
  addFlags(command, 'setup')
    .addHelpText('after', notes)
    .action(async ({ build, cuda }: FlagsOf<'setup'>) => {
      if (!build && (await fetched(cuda))) return;
      if (cuda) throw notFetched();
      process.exitCode = spawnSync(script, { stdio: 'inherit' }).status ?? 1;
    });
}

const notFetched = () =>
  new RdmError(
    'usage',
    '--cuda is of a LibTorch that is fetched, for an addon that came with the package; one that is built takes the LibTorch that is there',
    "leave it out, and have LIBTORCH or Python's torch be one with CUDA",
  );

/** False where there is nothing to fetch for. */
async function fetched(cuda: boolean | undefined): Promise<boolean> {
  const progress = await openProgress('fetching LibTorch', megabytes);
  const summary = await fetchLibtorch({ cuda }, progress.note, {
    onEvent: progress.event,
  }).finally(progress.close);
  if (summary) say(`LibTorch ${summary.version}: ${summary.path}`);
  return summary !== undefined;
}
