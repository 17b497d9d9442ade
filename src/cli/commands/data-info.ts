// rdm data info: what a dataset holds.
import type { Command } from 'commander';
import { dataInfo } from '../../index.js';
import { infoTable } from '../output/dataset.js';
import { print, printJson } from '../output/print.js';

const examples = `
Examples:
  rdm data info /data/imagenet
  rdm data info --json /data/cifar10`;

export function addInfoCommand(data: Command): void {
  data
    .command('info')
    .description('tell the layout, images, classes and sizes of a dataset')
    .argument('<dir>', 'folder with train/CLASS/*.jpg, or with the files of CIFAR')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples)
    .action(async (dir: string, { json }: { json?: true }) => {
      const info = await dataInfo(dir);
      if (json) printJson(info);
      else print(infoTable(info));
    });
}
