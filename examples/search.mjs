// Vectors of a folder of images, the nearest of one of them, and near-duplicates.
//   node examples/search.mjs FOLDER WEIGHTS        images at any depth; a checkpoint, or weights of torchvision or timm
import { embed, Vectors } from 'rdm-ssl';

const [data, pretrained] = process.argv.slice(2);
if (!data || !pretrained) throw new Error('usage: node examples/search.mjs FOLDER WEIGHTS');

// The same call goes on where it was ended.
const { images, dim } = await embed({ data, pretrained, output: 'features.npy', overwrite: true });
console.log(`${images} vectors of ${dim}`);

const vectors = Vectors.open('features.npy');
for (const { similarity, path } of await vectors.nearest(0, 3)) {
  console.log(`${similarity.toFixed(3)} ${path}`);
}
const { groups } = await vectors.duplicates(0.99);
console.log(`${groups.length} groups of near-duplicates`);
