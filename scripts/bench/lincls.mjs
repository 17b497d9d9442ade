// npm run bench:lincls [-- DIR]: linear evaluation of a resnet50 at 224 pixels, batch 64, beside a loop of
// torchvision with the same views, loss and optimiser in float32.
//   DIR        photographs in folders of classes; where left out, imagenet-sample-200/train in the folder RDM_DATA
//   --images   how many, under several names where there are fewer (448); --rounds (3); --threads for everyone (2)
import { mkdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { lincls } from 'rdm-ssl';
import { besideTorchvision } from './beside-torchvision.mjs';

function lay(scratch, files) {
  const train = join(scratch, 'data/train');
  for (const [index, file] of files.entries()) {
    const folder = join(train, basename(dirname(file)));
    mkdirSync(folder, { recursive: true });
    symlinkSync(file, join(folder, `${String(index).padStart(6, '0')}.jpg`));
  }
  return train;
}

async function ours({ scratch, weights, threads }, options) {
  const batchSize = 64;
  const marks = [];
  await lincls(
    {
      ...{ data: join(scratch, 'data'), val: 'none', pretrained: weights, output: join(scratch, 'run') },
      ...{ overwrite: true, arch: 'resnet50', epochs: 1, batchSize, printFreq: 1, device: 'cpu', workers: threads },
      ...options,
    },
    { onEvent: (event) => event.type === 'step' && event.phase === 'train' && marks.push(performance.now()) },
  );
  return ((marks.length - 1) * batchSize * 1000) / (marks.at(-1) - marks[0]);
}

await besideTorchvision({ bench: 'lincls', sample: 'imagenet-sample-200/train', images: 448, lay, ours });
