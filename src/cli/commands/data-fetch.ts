// rdm data fetch: downloads, verifies and unpacks a dataset.
import type { Command } from 'commander';
import { type FetchOptions, type FetchSummary, fetchable, fetchDataset } from '../../index.js';
import { untilSignal } from '../launch/run.js';
import { say } from '../output/print.js';
import { openProgress } from '../output/progress.js';
import { megabytes } from '../output/units.js';

const notes = `
Interrupted, it keeps what has come and goes on from there when it is run again.

Example:
  rdm data fetch cifar10 /data/cifar10 && rdm pretrain -a resnet18 --crop-size 32 /data/cifar10`;

export function addFetchCommand(data: Command): void {
  data
    .command('fetch')
    .description("download the authors' archive of a dataset, verify it and unpack it")
    .argument('<name>', fetchable.join(', '))
    .argument('<dir>', 'folder to unpack into')
    .option('--url <url>', "another address than the authors'")
    .option('--md5 <hex>', "checksum of an archive that is not the authors'")
    .addHelpText('after', notes)
    .action(async (name: string, output: string, flags: Pick<FetchOptions, 'url' | 'md5'>) => {
      const dataset = name as FetchOptions['dataset']; // fetchDataset() checks it
      const progress = await openProgress(`fetching ${name}`, megabytes);
      await untilSignal(progress.close, async (signal) => {
        const control = { onEvent: progress.event, signal };
        const summary = await fetchDataset({ dataset, output, ...flags }, control).finally(
          progress.close,
        );
        say(describe(summary));
        return summary.outcome === 'stopped';
      });
    });
}

function describe({ outcome, path }: FetchSummary): string {
  switch (outcome) {
    case 'done':
      return `unpacked ${path}`;
    case 'present':
      return `${path} is there already`;
    case 'stopped':
      return 'stopped; run it again to go on';
  }
}
