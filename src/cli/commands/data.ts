// rdm data: fetches, makes, describes and checks datasets.
import { Argument, type Command } from 'commander';
import {
  checkData,
  type DataCheck,
  type DataInfo,
  type DataStats,
  dataInfo,
  dataStats,
  type FetchOptions,
  type FetchSummary,
  type FlagsOf,
  fetchable,
  fetchDataset,
  type PackSummary,
  packDataset,
  type Range,
  type SplitInfo,
  synthesize,
} from '../../index.js';
import { addFlags, placeHelp } from '../flags/flags.js';
import { untilSignal } from '../launch/run.js';
import { images, megabytes, table } from '../output/format.js';
import { print, printJson, say } from '../output/print.js';
import { openProgress } from '../output/progress.js';

export function addDataCommands(program: Command): void {
  const data = program
    .command('data')
    .description('get, make, describe and check datasets')
    .addHelpText('after', '\nrdm data <command> --help shows its flags and examples.');
  addFetchCommand(data);
  addSynthesizeCommand(data);
  addInfoCommand(data);
  addCheckCommand(data);
  addStatsCommand(data);
  addPackCommand(data);
}

const fetchNotes = `
Interrupted, it keeps what has come and goes on from there when it is run again.

Example:
  rdm data fetch cifar10 /data/cifar10 && rdm pretrain -a resnet18 --crop-size 32 /data/cifar10`;

function addFetchCommand(data: Command): void {
  const command = data
    .command('fetch')
    .description("download the authors' archive of a dataset, verify it and unpack it")
    // Offered by completion and --help; fetchDataset() refuses another.
    .addArgument(new Argument('<name>').choices(fetchable).argParser(String))
    .argument('<dir>', 'folder to unpack into');
  addFlags(command, 'data fetch')
    .addHelpText('after', fetchNotes)
    .action(async (name: string, output: string, flags: FlagsOf<'data fetch'>) => {
      const dataset = name as FetchOptions['dataset'];
      const progress = await openProgress(`fetching ${name}`, megabytes);
      await untilSignal(progress.close, async (signal) => {
        const control = { onEvent: progress.event, signal };
        const summary = await fetchDataset({ dataset, output, ...flags }, control).finally(
          progress.close,
        );
        say(describeFetch(summary));
        return summary.outcome === 'stopped';
      });
    });
}

function describeFetch({ outcome, path }: FetchSummary): string {
  switch (outcome) {
    case 'done':
      return `unpacked ${path}`;
    case 'present':
      return `${path} is there already`;
    case 'stopped':
      return 'stopped; run it again to go on';
  }
}

const synthesizeNotes = `
Example:
  rdm data synthesize /tmp/shapes && rdm pretrain -a resnet18 --crop-size 32 -b 64 /tmp/shapes
  rdm data synthesize --form shards /tmp/shards && rdm data info /tmp/shards/train-000000.tar`;

function addSynthesizeCommand(data: Command): void {
  const command = data
    .command('synthesize')
    .description(
      'write JPEGs of ten learnable classes: DIR/train/CLASS/*.jpg and DIR/val/CLASS/*.jpg, or in another form',
    )
    .argument('<dir>', 'folder to write to');
  addFlags(command, 'data synthesize')
    .addHelpText('after', synthesizeNotes)
    .action(async (output: string, flags: FlagsOf<'data synthesize'>) => {
      const { images } = await synthesize({ output, ...flags });
      print(`${images} images in ${output}`);
    });
}

const infoNotes = `
Examples:
  rdm data info /data/imagenet
  rdm data info --json /data/cifar10
  find /data -name '*.jpg' | sort | rdm data info -`;

function addInfoCommand(data: Command): void {
  const command = data
    .command('info')
    .description('tell the layout, images, classes and sizes of a dataset')
    .argument('<place...>', placeHelp);
  addFlags(command, 'data info')
    .addHelpText('after', infoNotes)
    .action(async (places: string[], { json }: FlagsOf<'data info'>) => {
      const info = await dataInfo(places);
      if (json) printJson(info);
      else print(infoTable(info));
    });
}

type InfoRow = [name: string, cell: (split: SplitInfo) => string];

const infoRows: InfoRow[] = [
  ['images', ({ images }) => String(images)],
  ['classes', ({ classes }) => (classes ? String(classes) : 'none')],
  ['smallest class', ({ smallestClass }) => counted(smallestClass)],
  ['largest class', ({ largestClass }) => counted(largestClass)],
  ['widths', ({ widths }) => range(widths)],
  ['heights', ({ heights }) => range(heights)],
  ['listing', ({ listing }) => listing],
];

/** What a run refuses or leaves out; shown where there is any. */
const oddities: InfoRow[] = [
  ['classes without images', ({ emptyClasses }) => listed(emptyClasses)],
  ['classes only here', ({ onlyHere }) => listed(onlyHere)],
  ['note', ({ notes }) => notes.join('; ') || '-'],
  ['files ignored', ({ ignoredFiles }) => listed(extensions(ignoredFiles))],
];

function infoTable({ root, layout, splits }: DataInfo): string[] {
  const shown = Object.entries(splits);
  const found = oddities.filter(([, cell]) => shown.some(([, split]) => cell(split) !== '-'));
  return table([
    ['place', root],
    ['layout', layout],
    ['', ...shown.map(([name]) => name)],
    ...[...infoRows, ...found].map(([name, cell]) => [
      name,
      ...shown.map(([, split]) => cell(split)),
    ]),
  ]);
}

const counted = (found: { name: string; images: number } | null) =>
  found ? `${found.name}, ${found.images}` : '-';

/** The first few by name, the rest by number. */
function listed(names: string[]): string {
  const rest = names.length - 3;
  const shown = rest > 0 ? [...names.slice(0, 3), `and ${rest} more`] : names;
  return shown.join(', ') || '-';
}

const extensions = (counts: Record<string, number>) =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([extension, count]) => `${extension || 'no extension'} ${count}`);

const range = ({ least, mean, most }: Range) =>
  least === most ? `${least} px` : `${least} to ${most} px, mean ${mean.toFixed(0)}`;

const checkNotes = `
Prints a line for each bad image: its path, a tab, the reason. Exits 1 when there is one.

Example:
  rdm data check /data/imagenet > bad-images.txt`;

function addCheckCommand(data: Command): void {
  const command = data
    .command('check')
    .description('decode every image and list those that cannot be read')
    .argument('<place...>', placeHelp);
  addFlags(command, 'data check')
    .addHelpText('after', checkNotes)
    .action(async (places: string[], { json, ...options }: FlagsOf<'data check'>) => {
      const progress = await openProgress('checking', images);
      await untilSignal(progress.close, async (signal) => {
        const control = { onEvent: progress.event, signal };
        const check = await checkData({ data: places, ...options }, control).finally(
          progress.close,
        );
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

const statsNotes = `
Prints the flags to give to rdm pretrain. Every image counts the same, whatever its size.

Examples:
  rdm data stats /photos
  rdm data stats --images 0 --json /data/cifar10`;

function addStatsCommand(data: Command): void {
  const command = data
    .command('stats')
    .description("mean and deviation of the training images' channels")
    .argument('<place...>', placeHelp);
  addFlags(command, 'data stats')
    .addHelpText('after', statsNotes)
    .action(async (places: string[], { json, ...options }: FlagsOf<'data stats'>) => {
      const progress = await openProgress('measuring', images);
      await untilSignal(progress.close, async (signal) => {
        const control = { onEvent: progress.event, signal };
        const stats = await dataStats({ data: places, ...options }, control).finally(
          progress.close,
        );
        if (json) printJson(stats);
        else printStats(stats);
        return stats.stopped;
      });
    });
}

function printStats({ images, of, bad, stopped, mean, std }: DataStats): void {
  const four = (values: number[]) => values.map((value) => value.toFixed(4)).join(',');
  if (mean && std) print(`--mean ${four(mean)} --std ${four(std)}`);
  const left = bad ? `, ${bad} cannot be decoded` : '';
  say(`${stopped ? 'stopped after' : 'of'} ${images} of ${of} images${left}`);
}

const packNotes = `
PLACE is whatever a run takes, or the parquet files of a dataset of Hugging Face: one, or their folder.
Prints the place of each split's shards. A key.cls has the number of a label, a key.json its name.

Examples:
  rdm data pack /data/imagenet /data/imagenet-shards --shard-size 1000
  rdm pretrain '/data/imagenet-shards/train-{000000..000147}.tar'`;

function addPackCommand(data: Command): void {
  const command = data
    .command('pack')
    .description('write the images of a place as shards: tar archives that runs read by position')
    .argument('<place>', placeHelp)
    .argument('<dir>', 'folder to write to, which is new or empty');
  addFlags(command, 'data pack')
    .addHelpText('after', packNotes)
    .action(async (place: string, output: string, flags: FlagsOf<'data pack'>) => {
      const { json, ...options } = flags;
      const progress = await openProgress('packing', images);
      await untilSignal(progress.close, async (signal) => {
        const control = { onEvent: progress.event, signal };
        const summary = await packDataset({ data: place, output, ...options }, control).finally(
          progress.close,
        );
        if (json) printJson(summary);
        else printPacked(summary);
        return summary.outcome === 'stopped';
      });
    });
}

function printPacked({ outcome, places }: PackSummary): void {
  if (outcome === 'stopped') say('stopped; nothing was written');
  for (const { split, images: count, shards, place } of places) {
    say(`${count} images of ${split} in ${shards} ${shards === 1 ? 'shard' : 'shards'}`);
    print(place);
  }
}
