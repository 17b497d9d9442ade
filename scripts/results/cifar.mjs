// npm run results:cifar -- DIR OUT: short RDM_SimSiam runs on CIFAR-10 beside SimSiam and the symmetric
// network, each evaluated by kNN; docs/results.md keeps what they printed. A run whose last checkpoint
// lies in OUT is not made again. Ends with one line of JSON.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rdm } from './rdm.mjs';

const [data, out] = process.argv.slice(2);
if (!data || !out) {
  console.error('usage: npm run results:cifar -- DIR OUT');
  process.exit(2);
}
const epochs = 12;
// The stem for ImageNet leaves a single position of 32 pixels, and four of these.
const size = ['--crop-size', '64'];
const common = [
  '--stem', 'imagenet', '--images-per-class', '1000', '--val-images-per-class', '200',
  '--epochs', String(epochs), '--warmup-epochs', '2', '-b', '256', ...size, '--seed', '0',
];
// Each at the best of the rates and crops that docs/results.md tells of.
const runs = {
  'SimSiam `mlp`': ['simsiam', '--recipe', 'cifar/simsiam', '--lr', '1', '--crop-scale', '0.2,1'],
  '`poly online 1`': ['online1', ...rdmSimSiam('online', '1'), '--crop-scale', '0.5,1'],
  '`poly target -1`': ['target-1', ...rdmSimSiam('target', '-1'), '--lr', '1', '--crop-scale', '0.2,1'],
  '`poly online 0` (symmetric)': ['symmetric', ...rdmSimSiam('online', '0'), '--crop-scale', '0.2,1'],
};

function rdmSimSiam(location, sigma) {
  const filter = ['--pred-type', 'poly', '--pred-location', location, '--sigma', sigma];
  return ['--recipe', 'cifar/rdmsimsiam', ...filter];
}

function knn(args) {
  const lines = rdm(['knn', ...args, '--k', '20', '--json']).trim().split('\n');
  return JSON.parse(lines.at(-1)).results[0].top1;
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Loss of the last epoch and its mean effective ranks, out of a run's events. */
function measured(folder) {
  const events = readFileSync(join(folder, 'events.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const last = events.filter(({ type, epoch }) => type === 'rank' && epoch === epochs - 1);
  return {
    loss: events.findLast(({ type }) => type === 'epoch').loss,
    online: mean(last.map(({ online }) => online.effectiveRank)),
    target: mean(last.map(({ target }) => target.effectiveRank)),
    accuracy: events.findLast(({ type }) => type === 'evaluation').top1,
  };
}

const untrained = knn(['-a', 'resnet18', '--dataset', 'cifar10', ...size, '--images-per-class', '1000', '--val-images-per-class', '200', data]);
const results = Object.entries(runs).map(([name, [folder, ...flags]]) => {
  const output = join(out, folder);
  const checkpoint = join(output, `checkpoint_${String(epochs - 1).padStart(4, '0')}.pth.tar`);
  if (!existsSync(checkpoint)) rdm(['pretrain', ...flags, ...common, '--output', output, data]);
  return { name, ...measured(output), knn: knn(['--pretrained', checkpoint, '--val-images-per-class', '200']) };
});

console.log('| predictor | loss | effective rank online | target | difference | online classifier | kNN |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const { name, loss, online, target, accuracy, knn } of results) {
  const cells = [name, loss.toFixed(4), online.toFixed(1), target.toFixed(1), (target - online).toFixed(1), `${accuracy.toFixed(1)} %`, `${knn.toFixed(2)} %`];
  console.log(`| ${cells.join(' | ')} |`);
}
console.log(`| untrained network | | | | | | ${untrained.toFixed(2)} % |`);
console.log(JSON.stringify({ results: 'cifar', untrained, runs: results }));
