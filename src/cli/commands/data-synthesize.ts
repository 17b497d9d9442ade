// rdm data synthesize: a small learnable dataset, for a first try without a download.
import type { Command } from 'commander';
import { synthesizeDefaults as defaults, synthesize } from '../../index.js';
import { integer } from '../flags/parse.js';
import { print } from '../output/print.js';

interface SynthesizeFlags {
  trainPerClass: number;
  valPerClass: number;
  size: number;
  seed: number;
}

const examples = `
Example:
  rdm data synthesize /tmp/shapes && rdm pretrain -a resnet18 --crop-size 32 -b 64 /tmp/shapes`;

export function addSynthesizeCommand(data: Command): void {
  data
    .command('synthesize')
    .description(
      'write JPEGs of ten learnable classes: DIR/train/CLASS/*.jpg and DIR/val/CLASS/*.jpg',
    )
    .argument('<dir>', 'folder to write to')
    .option(
      '--train-per-class <n>',
      'training images of each class',
      integer,
      defaults.trainPerClass,
    )
    .option('--val-per-class <n>', 'validation images of each class', integer, defaults.valPerClass)
    .option('--size <pixels>', 'side of an image', integer, defaults.size)
    .option('--seed <n>', 'the same seed gives the same images', integer, defaults.seed)
    .addHelpText('after', examples)
    .action(async (output: string, flags: SynthesizeFlags) => {
      const { images } = await synthesize({ output, ...flags });
      print(`${images} images in ${output}`);
    });
}
