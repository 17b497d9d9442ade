// npm run bench:embed [-- DIR]: vectors of photographs by a resnet50 at 224 pixels, beside a loop of torchvision's
// transforms, DataLoader and torch.inference_mode in float32.
//   DIR        a folder of photographs; where left out, imagenet-sample-200 in the folder RDM_DATA
//   --images   how many, under several names where there are fewer (256); --rounds (3); --threads for everyone (2)
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { embed } from 'rdm-ssl';
import { besideTorchvision } from './beside-torchvision.mjs';

function lay(scratch, files) {
  const folder = join(scratch, 'photographs');
  mkdirSync(folder);
  const names = files.map((file, index) => {
    const name = join(folder, `${String(index).padStart(6, '0')}.jpg`);
    symlinkSync(file, name);
    return name;
  });
  writeFileSync(join(scratch, 'photographs.txt'), names.join('\n'));
  return folder;
}

async function ours({ scratch, weights, threads }, options) {
  const marks = [];
  await embed(
    {
      ...{ data: join(scratch, 'photographs.txt'), pretrained: weights, output: join(scratch, 'features.npy') },
      ...{ overwrite: true, device: 'cpu', workers: threads, ...options },
    },
    { onEvent: (event) => event.type === 'progress' && marks.push({ done: event.done, at: performance.now() }) },
  );
  const [first, last] = [marks[0], marks.at(-1)];
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

await besideTorchvision({ bench: 'embed', sample: 'imagenet-sample-200', images: 256, lay, ours });
