// rdm embed: a vector of each image, in a file.
import { type Command, Option } from 'commander';
import { type EmbedSummary, embed, type FlagsOf, RdmError } from '../../index.js';
import { addFlags, placeHelp } from '../flags/flags.js';
import { runJob } from '../launch/run.js';
import { counted } from '../output/format.js';
import { lookedAt } from '../output/messages.js';
import { openResultOutput } from '../output/open.js';
import { say } from '../output/print.js';

const notes = `
Examples:
  rdm embed photos/ --pretrained checkpoint_0099.pth.tar -o features.npy
  rdm embed photos/ --pretrained resnet50.pth --normalize --dtype float16 -o features.parquet
What was ended on the way, by Ctrl-C or otherwise, goes on with the same line.`;

export function addEmbedCommand(program: Command): void {
  const command = program
    .command('embed')
    .description('write a vector of each image, by a pretrained network, to a file')
    .argument('[place...]', placeHelp);
  for (const name of ['html', 'svg', 'png']) command.addOption(moved(name));
  addFlags(command, 'embed')
    .addHelpText('after', notes)
    .action(async (data: string[], flags: FlagsOf<'embed'>) => {
      const { json, output: file = '', pretrained = '', ...options } = flags;
      const output = await openResultOutput(json, 'embedding', describe);
      await runJob(output, (control) =>
        embed({ ...options, output: file, pretrained, data }, control),
      );
    });
}

/** A flag of the drawing that this command once made. */
function moved(name: string): Option {
  return new Option(`--${name} <file>`)
    .argParser((file) => {
      throw new RdmError(
        'usage',
        `rdm embed writes vectors; --${name} is of the map of them, rdm map`,
        `rdm map --pretrained CHECKPOINT --${name} ${file} PLACE`,
      );
    })
    .hideHelp();
}

function describe({ outcome, images, rows, resumed, dim, places, files }: EmbedSummary): void {
  const earlier = resumed > 0 ? `, ${resumed} of them by an earlier call` : '';
  if (outcome === 'stopped') {
    say(`stopped after ${rows} of ${counted(images, 'image')}${earlier}`, 'the same line goes on');
    return;
  }
  const [first, ...beside] = files;
  const more = beside.length > 0 ? `, with ${beside.join(' and ')}` : '';
  say(`vectors of ${dim} values of ${lookedAt(images, places)} in ${first}${more}${earlier}`);
}
