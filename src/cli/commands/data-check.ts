// rdm data check: decodes every image and lists those that cannot be read.
import type { Command } from 'commander';
import { type CheckOptions, checkData, type DataCheck, pretrainDefaults } from '../../index.js';
import { integer } from '../flags/parse.js';
import { untilSignal } from '../launch/run.js';
import { print, printJson, say } from '../output/print.js';
import { openProgress } from '../output/progress.js';
import { images } from '../output/units.js';

type CheckFlags = Omit<CheckOptions, 'data'> & { json?: true };

const notes = `
Prints a line for each bad image: its path, a tab, the reason. Exits 1 when there is one.

Example:
  rdm data check /data/imagenet > bad-images.txt`;

export function addCheckCommand(data: Command): void {
  data
    .command('check')
    .description('decode every image and list those that cannot be read')
    .argument('<dir>', 'folder with train/CLASS/*.jpg, or with the files of CIFAR')
    .option('-j, --workers <n>', 'threads (default: one a processor)', integer)
    .option(
      '--max-image-pixels <n>',
      'an image with more counts as one that cannot be read',
      integer,
      pretrainDefaults.maxImagePixels,
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', notes)
    .action(async (dir: string, { json, ...options }: CheckFlags) => {
      const progress = await openProgress('checking', images);
      await untilSignal(progress.close, async (signal) => {
        const control = { onEvent: progress.event, signal };
        const check = await checkData({ data: dir, ...options }, control).finally(progress.close);
        if (json) printJson(check);
        else printCheck(check);
        if (check.bad.length > 0) process.exitCode = 1;
        return check.stopped;
      });
    });
}

function printCheck({ images: seen, stopped, bad }: DataCheck): void {
  for (const { path, reason } of bad) print(`${path}\t${reason}`);
  say(`${stopped ? 'stopped after' : 'checked'} ${seen} images: ${bad.length || 'none'} bad`);
}
