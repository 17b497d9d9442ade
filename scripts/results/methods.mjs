// npm run results:methods -- DIR OUT [--write]: SimSiam, BYOL, SwAV, DINO, Barlow Twins, VICReg and RDM_SimSiam (poly
// target -1) on CIFAR-10 (DIR as folders of JPEGs), each at the best of three rates, through one lens. Rates are chosen
// by kNN on training images that no run trains on; what is reported is of val/. Runs whose last checkpoint lies in OUT
// are not made again. Prints the end of docs/methods.md, and with --write puts it there, with the figure of rdm
// compare; ends with one line of JSON.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare, compareHtml, compareSvg, knn } from 'rdm-ssl';

const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });
const [data, out] = positionals;
if (!data || !out) {
  console.error('usage: npm run results:methods -- DIR OUT [--write]');
  process.exit(2);
}
const docs = fileURLToPath(new URL('../../docs', import.meta.url));
const imagesPerClass = 1000; // that are trained on: the first of each class
const heldOut = 200; // the next of each class, that rates are chosen on
const epochs = { choice: 4, report: 12 };

const methods = {
  SimSiam: { recipe: 'cifar/simsiam', rates: [0.5, 1, 2] },
  'RDM_SimSiam, poly target -1': { recipe: 'cifar/rdmsimsiam', rates: [0.5, 1, 2], more: ['--sigma', '-1'] },
  BYOL: { recipe: 'cifar/byol', rates: [0.5, 1, 2] },
  SwAV: { recipe: 'cifar/swav', rates: [0.3, 0.6, 1.2], more: ['--queue-from-epoch', '4'] },
  DINO: { recipe: 'cifar/dino', rates: [0.3, 0.6, 1.2], more: ['--base-tau', '0.99'] },
  'Barlow Twins': { recipe: 'cifar/barlow', rates: [0.15, 0.3, 0.6] },
  VICReg: { recipe: 'cifar/vicreg', rates: [0.15, 0.3, 0.6] },
};

mkdirSync(out, { recursive: true });
const choice = join(out, 'held-out.csv');
writeFileSync(
  choice,
  readdirSync(join(data, 'train'))
    .sort()
    .flatMap((name) =>
      readdirSync(join(data, 'train', name))
        .sort()
        .slice(imagesPerClass, imagesPerClass + heldOut)
        .map((file) => `${resolve(data, 'train', name, file)},${name}`),
    )
    .join('\n'),
);

/** Its last checkpoint. */
function trained(name, { recipe, more = [] }, rate, length) {
  const output = join(out, `${name.replaceAll(/[^\w-]+/g, '-')}-${rate}-${length}`);
  const checkpoint = join(output, `checkpoint_${String(length - 1).padStart(4, '0')}.pth.tar`);
  if (existsSync(checkpoint)) return { output, checkpoint };
  const args = [
    ...['pretrain', '--recipe', recipe, '--stem', 'imagenet', '--images-per-class', String(imagesPerClass)],
    ...['--val-images-per-class', '200', '--epochs', String(length), '--warmup-epochs', '1', '-b', '256', '-j', '2'],
    ...['--crop-size', '32', '--crop-scale', '0.2,1', '--seed', '0', '-p', '13', '--lr', String(rate), ...more],
    ...['--resume', 'auto', '--output', output, data],
  ];
  console.error(`rdm ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, ['bin/rdm.js', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
  return { output, checkpoint };
}

async function top1(pretrained, val) {
  const options = { device: 'cpu', workers: 2, k: [20], output: out, imagesPerClass };
  const { results } = await knn({ ...options, pretrained, ...(val && { val }), valImagesPerClass: 200 });
  return results[0].top1;
}

/** Mean difference of the branches' effective ranks, epoch by epoch. */
function differences(output) {
  const events = readFileSync(join(output, 'events.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  const ranks = events.filter(({ type }) => type === 'rank');
  const last = Math.max(...ranks.map(({ epoch }) => epoch));
  return Array.from({ length: last + 1 }, (_, epoch) => {
    const each = ranks
      .filter((event) => event.epoch === epoch)
      .map(({ online, target }) => target.effectiveRank - online.effectiveRank);
    return each.reduce((sum, value) => sum + value, 0) / each.length;
  });
}

const rows = [];
for (const [name, method] of Object.entries(methods)) {
  const tried = [];
  for (const rate of method.rates) {
    tried.push({ rate, knn: await top1(trained(name, method, rate, epochs.choice).checkpoint, choice) });
  }
  const best = tried.toSorted((a, b) => b.knn - a.knn)[0];
  const { output, checkpoint } = trained(name, method, best.rate, epochs.report);
  rows.push({ name, ...best, tried, checkpoint, differences: differences(output), knn: await top1(checkpoint) });
}
const found = await compare({ checkpoints: rows.map(({ checkpoint }) => checkpoint), device: 'cpu', workers: 2, output: out });
for (const [at, run] of found.runs.entries()) Object.assign(run, { name: rows[at].name, knn: rows[at].knn });

const lines = found.runs.map((run, at) => {
  const [online, target] = run.branches;
  const { rate, differences: each } = rows[at];
  const { filter } = run;
  return `| ${[
    ...[run.name, rate, online.effectiveRank.toFixed(1), target.effectiveRank.toFixed(1)],
    (target.effectiveRank - online.effectiveRank).toFixed(1),
    `${each.filter((value) => value > 0).length} of ${each.length}, ${Math.min(...each).toFixed(1)} to ${Math.max(...each).toFixed(1)}`,
    ...(filter ? [filter.location, filter.sigma?.toFixed(2) ?? '–', filter.fit?.toFixed(2) ?? '–', `${(100 * filter.explained).toFixed(1)} %`] : ['–', '–', '–', '–']),
    `${run.knn.toFixed(2)} %`,
  ].join(' | ')} |`;
});
const text = [
  '## What came out',
  '',
  `\`npm run results:methods -- DIR OUT --write\`: ranks, filter and kNN of ${found.images} validation images after ${epochs.report} epochs.`,
  'In training: the epochs in which the mean difference of the ranks was above zero, and its least and greatest.',
  '',
  '| method | `--lr` | effective rank online | target | difference | in training | filter on | sigma | fit | explained | kNN |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ...lines,
  '',
  '![The methods side by side](pictures/methods.svg)',
  '',
  `Rates tried, kNN after ${epochs.choice} epochs on the images held out:`,
  '',
  ...rows.map(({ name, tried }) => `- ${name}: ${tried.map(({ rate, knn: accuracy }) => `${rate}: ${accuracy.toFixed(2)} %`).join(', ')}`),
  '',
].join('\n');
console.log(text);
writeFileSync(join(out, 'compare.html'), await compareHtml(found, `${found.runs.length} methods on CIFAR-10`));
if (values.write) {
  const page = join(docs, 'methods.md');
  const before = readFileSync(page, 'utf8').split('\n## What came out')[0].trimEnd();
  writeFileSync(page, `${before}\n\n${text}`);
  writeFileSync(join(docs, 'pictures/methods.svg'), await compareSvg(found));
}
console.log(JSON.stringify({ results: 'methods', rows: rows.map(({ checkpoint, ...row }) => row) }));
