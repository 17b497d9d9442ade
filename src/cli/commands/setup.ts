// rdm setup: builds the addon where this package lies; the same script as `npm run setup`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';

const script = fileURLToPath(new URL('../../../scripts/setup', import.meta.url));

const examples = `
Examples:
  rdm setup
  LIBTORCH=/opt/libtorch rdm setup`;

export function addSetupCommand(program: Command): void {
  program
    .command('setup')
    .description('find or install LibTorch and the image codecs, and build the native addon')
    .addHelpText('after', examples)
    .action(() => {
      process.exitCode = spawnSync(script, { stdio: 'inherit' }).status ?? 1;
    });
}
