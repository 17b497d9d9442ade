// rdm as a library: pretrain with a spectral filter on the target, follow the loss, then evaluate.
//   node examples/pretrain.mjs FOLDER        a folder with train/CLASS/*.jpg and val/CLASS/*.jpg
// Ctrl-C saves a checkpoint and ends.
import { lincls, pretrain } from 'rdm-ssl';

const [data] = process.argv.slice(2);
if (!data) throw new Error('usage: node examples/pretrain.mjs FOLDER');

const controller = new AbortController();
process.once('SIGINT', () => controller.abort());

const pretrained = await pretrain(
  {
    data,
    output: 'run',
    arch: 'resnet18',
    cropSize: 32,
    batchSize: 64,
    epochs: 5,
    dim: 256,
    workers: 2,
    seed: 0,
    predictor: { type: 'poly', location: 'target', sigma: -0.5 },
  },
  {
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === 'epoch')
        console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(4)}`);
      if (event.type === 'warning') console.warn(event.message);
    },
  },
);
console.log(`${pretrained.outcome} after ${pretrained.steps} steps: ${pretrained.checkpoint}`);

if (pretrained.outcome === 'done') {
  // Architecture, crop size and data folder come from the checkpoint.
  const { bestTop1 } = await lincls({
    pretrained: pretrained.checkpoint,
    output: 'run/linear',
    batchSize: 64,
    epochs: 5,
    lr: 1,
    workers: 2,
    seed: 0,
  });
  console.log(`linear top-1: ${bestTop1} %`);
}
