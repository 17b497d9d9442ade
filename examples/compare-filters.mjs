// Filters compared: the same short pretraining without one, with a low-pass on the online branch and with a high-pass
// on the target, how far the ranks of the branches lie apart, and what a vote of nearest neighbours makes of each.
//   node examples/compare-filters.mjs FOLDER OUTPUT [EPOCHS]      with train/CLASS/* and val/CLASS/*
import { join } from 'node:path';
import { knn, pretrain, report } from 'rdm-ssl';

const [data, output, epochs = '20'] = process.argv.slice(2);
if (!data || !output)
  throw new Error('usage: node examples/compare-filters.mjs FOLDER OUTPUT [EPOCHS]');

/** The learnable predictor of SimSiam is what the filters stand in for. */
const predictors = {
  predictor: { type: 'mlp' },
  'online-low-pass': { type: 'poly', location: 'online', sigma: 1 },
  'target-high-pass': { type: 'poly', location: 'target', sigma: -0.5 },
};

const table = [];
for (const [name, predictor] of Object.entries(predictors)) {
  let ranks;
  const { checkpoint, loss } = await pretrain(
    {
      ...{ data, output: join(output, name), predictor, overwrite: true },
      ...{
        arch: 'resnet18',
        cropSize: 32,
        batchSize: 64,
        dim: 256,
        epochs: Number(epochs),
        seed: 0,
      },
    },
    {
      onEvent: (event) => {
        if (event.type === 'rank') ranks = event;
        if (event.type === 'verdict') console.log(`${name}: ${event.verdict}`);
      },
    },
  );
  const { results } = await knn({ pretrained: checkpoint, k: [20] });
  table.push({
    name,
    loss: loss?.toFixed(4),
    'rank online': ranks?.online.effectiveRank.toFixed(1),
    'rank target': ranks?.target.effectiveRank.toFixed(1),
    'kNN top-1': Math.max(...results.map(({ top1 }) => top1)).toFixed(1),
  });
}
console.table(table);

const html = join(output, 'filters.html');
await report(
  Object.keys(predictors).map((name) => join(output, name)),
  { html },
);
console.log(`curves, side by side: ${html}`);
