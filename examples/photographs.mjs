// A folder of one's own photographs, without classes: look for files that are none, pretrain on the rest, and draw a
// map of them on which alike ones lie together. Open map.html in a browser.
//   node examples/photographs.mjs FOLDER OUTPUT [EPOCHS [PIXELS]]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkData, map, mapHtml, pretrain } from 'rdm-ssl';

const [data, output, epochs = '50', pixels = '96'] = process.argv.slice(2);
if (!data || !output)
  throw new Error('usage: node examples/photographs.mjs FOLDER OUTPUT [EPOCHS [PIXELS]]');

const { images, bad } = await checkData({ data });
console.log(`${images} photographs, ${bad.length} of them cannot be read`);
for (const { path, reason } of bad) console.log(`  ${path}: ${reason}`);

const cropSize = Number(pixels);
const { checkpoint } = await pretrain(
  {
    ...{ data, output, arch: 'resnet18', cropSize, epochs: Number(epochs), dim: 256, seed: 0 },
    batchSize: Math.min(64, images - bad.length),
    predictor: { type: 'poly', location: 'online', sigma: 1 },
    resume: 'auto', // run again, it goes on
  },
  {
    onEvent: (event) => {
      if (event.type === 'epoch') console.log(`epoch ${event.epoch}: ${event.loss.toFixed(4)}`);
      if (event.type === 'warning') console.warn(event.message);
    },
  },
);

const drawn = await map({
  ...{ pretrained: checkpoint, data, output, cropSize, valResize: cropSize },
  ...{ images: 2000, neighbours: Math.min(15, images - bad.length - 1) },
});
const page = join(output, 'map.html');
writeFileSync(page, await mapHtml(drawn));
console.log(`the map of ${drawn.images} photographs: ${page}`);
