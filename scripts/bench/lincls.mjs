// npm run bench:lincls [-- DIR]: linear evaluation of a resnet50 at 224 pixels, batch 64, beside a loop of
// torchvision with the same views, loss and optimiser in float32.
//   DIR        a folder of photographs; where left out, imagenet-sample-200 in the folder RDM_DATA
//   --images   how many, under several names where there are fewer (448); --rounds (3); --threads for everyone (2)
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { lincls } from 'rdm-ssl';
import { besideTorchvision } from './beside-torchvision.mjs';

/** Ten classes, which cost nothing beside the network; an image of each to validate with, which is not timed. */
function lay(scratch, files) {
  const train = join(scratch, 'data/train');
  for (const [index, file] of files.entries()) {
    for (const split of index < 10 ? ['train', 'val'] : ['train']) {
      const folder = join(scratch, 'data', split, String(index % 10));
      mkdirSync(folder, { recursive: true });
      symlinkSync(file, join(folder, `${String(index).padStart(6, '0')}.jpg`));
    }
  }
  return train;
}

async function ours({ scratch, weights, threads }, options) {
  const batchSize = 64;
  const marks = [];
  await lincls(
    {
      ...{ data: join(scratch, 'data'), pretrained: weights, output: join(scratch, 'run') },
      ...{ overwrite: true, arch: 'resnet50', epochs: 1, batchSize, printFreq: 1, device: 'cpu', workers: threads },
      ...options,
    },
    { onEvent: (event) => event.type === 'step' && event.phase === 'train' && marks.push(performance.now()) },
  );
  return ((marks.length - 1) * batchSize * 1000) / (marks.at(-1) - marks[0]);
}

await besideTorchvision({ bench: 'lincls', sample: 'imagenet-sample-200', images: 448, lay, ours });
