// npm run results:methods -- DIR OUT [--long]: every method on CIFAR-10 (DIR as folders of JPEGs) by one
// protocol, through one lens. Rates are chosen on training images that no run trains on; then each method trains at its
// own. --long makes the two longer runs of all images instead. Runs that are in OUT go on or are not made again. Prints
// tables, leaves the page, the drawing and the table of rdm compare in OUT; ends with one line of JSON.
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, compareCsv, compareHtml, compareSvg } from 'rdm-ssl';
import { rdm } from './rdm.mjs';

const { values, positionals } = parseArgs({
  options: { long: { type: 'boolean' } },
  allowPositionals: true,
});
const [data, out] = positionals.map((path) => resolve(path));
if (!data || !out) {
  console.error('usage: npm run results:methods -- DIR OUT [--long]');
  process.exit(2);
}

// As docs/results.md has it, on views of 32 pixels.
const common = [
  ...['--stem', 'imagenet', '--crop-scale', '0.2,1', '-b', '256', '--seed', '0', '--device', 'cpu'],
  ...['--val-images-per-class', '200', '-p', '13', '-j', '1'],
];
const protocol = (images, epochs, warmup) => ({
  epochs,
  flags: ['--images-per-class', images, '--epochs', epochs, '--warmup-epochs', warmup].map(String),
});
const trial = protocol(500, 4, 1);
const short = protocol(1000, 12, 2);
const long = protocol(5000, 30, 2);

// A teacher that follows at 0.0005 a step has hardly moved after 468 of them.
const dino = ['--base-tau', '0.99', '--warmup-teacher-temperature-epochs', '2'];
const methods = [
  { name: 'SimSiam', recipe: 'simsiam', rates: ['0.5', '1'] },
  { name: 'BYOL', recipe: 'byol', rates: ['1', '2'] },
  { name: 'SwAV', recipe: 'swav', rates: ['0.6', '1.2'] },
  { name: 'DINO', recipe: 'dino', rates: ['0.3', '0.6'], more: dino },
  { name: 'Barlow Twins', recipe: 'barlow', rates: ['0.3', '0.6'] },
  { name: 'VICReg', recipe: 'vicreg', rates: ['0.03', '0.1'] },
  { name: 'poly target -1', recipe: 'rdmsimsiam', rates: ['0.5', '1'] },
].map((method) => ({ more: [], ...method, folder: method.name.toLowerCase().replaceAll(' ', '-') }));
const longer = methods.filter(({ name }) => ['SimSiam', 'poly target -1'].includes(name));

const flagsOf = ({ recipe, more }, lr, { flags }) =>
  ['--recipe', `cifar/${recipe}`, ...more, '--lr', lr, ...common, ...flags];

/** The run's last checkpoint. */
function trained(method, lr, wanted, images, output) {
  rdm(['pretrain', ...flagsOf(method, lr, wanted), '--output', output, '--resume', 'auto', images]);
  return join(output, `checkpoint_${String(wanted.epochs - 1).padStart(4, '0')}.pth.tar`);
}

function knn(checkpoint) {
  const lines = rdm(['knn', '--pretrained', checkpoint, '--images-per-class', '1000', '--k', '20', '--json']).trim().split('\n');
  return JSON.parse(lines.at(-1)).results[0].top1;
}

/** The data with the last 200 training images of each class in the place of the validation images. */
function heldOut() {
  const folder = join(out, 'held-out');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(data, 'train'), join(folder, 'train'));
  for (const label of readdirSync(join(data, 'train'))) {
    mkdirSync(join(folder, 'val', label), { recursive: true });
    for (const image of readdirSync(join(data, 'train', label)).sort().slice(-200)) {
      symlinkSync(join(data, 'train', label, image), join(folder, 'val', label, image));
    }
  }
  return folder;
}

/** The rates that were tried with their kNN accuracies, the best first. */
function ratesOf(method, images) {
  const tried = method.rates.map((lr) => {
    const checkpoint = trained(method, lr, trial, images, join(out, 'rates', `${method.folder}-${lr}`));
    return { lr, knn: knn(checkpoint) };
  });
  return tried.sort((a, b) => b.knn - a.knn);
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Of each epoch, the means of what was measured: ranks of both branches, and their difference. */
function epochsOf(output) {
  const events = readFileSync(join(output, 'events.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const ranks = events.filter(({ type }) => type === 'rank');
  return [...new Set(ranks.map(({ epoch }) => epoch))].map((epoch) => {
    const own = ranks.filter((event) => event.epoch === epoch);
    return {
      online: mean(own.map(({ online }) => online.effectiveRank)),
      target: mean(own.map(({ target }) => target.effectiveRank)),
      difference: mean(own.map(({ difference }) => difference)),
      knn: events.find((event) => event.type === 'knn' && event.epoch === epoch)?.top1,
    };
  });
}

const number = (value, digits = 1) => value?.toFixed(digits).replace('-', '−') ?? '–';
const row = (cells) => `| ${cells.join(' | ')} |`;
const head = (cells) => [row(cells), row(cells.map(() => '---'))];
const shown = (args) => args.join(' ').replace(/ --device cpu| -j 1/g, '');

/** Every method at its best rate, what the lens sees of its last checkpoint, and its ranks over the epochs. */
async function methodsSection() {
  const images = heldOut();
  const runs = methods.map((method) => {
    const rates = ratesOf(method, images);
    const output = join(out, `${method.folder}-${rates[0].lr}`);
    const checkpoint = trained(method, rates[0].lr, short, data, output);
    return { method, rates, checkpoint, epochs: epochsOf(output), knn: knn(checkpoint) };
  });
  const found = await compare({ checkpoints: runs.map(({ checkpoint }) => checkpoint), device: 'cpu', workers: 1 });
  for (const [at, compared] of found.runs.entries()) Object.assign(compared, { knn: runs[at].knn });
  const title = `Seven methods on ${found.images} validation images of CIFAR-10`;
  writeFileSync(join(out, 'compare.html'), await compareHtml(found, title));
  writeFileSync(join(out, 'compare.csv'), compareCsv(found));
  writeFileSync(join(out, 'compare.svg'), await compareSvg(found));

  const text = [
    ...head(['method', '`--lr`', 'kNN', 'effective rank online', 'target', 'difference', 'lowest difference of an epoch', 'σ', 'fit']),
    ...runs.map(({ method, rates, epochs, knn: top1 }, at) => {
      const { online, target, difference } = epochs.at(-1);
      const lowest = Math.min(...epochs.map((epoch) => epoch.difference));
      const { filter } = found.runs[at];
      return row([method.name, rates[0].lr, `${number(top1, 2)} %`, ...[online, target, difference, lowest].map((value) => number(value)),
        number(filter?.sigma, 2), number(filter?.fit, 2)]);
    }),
    '',
    'The difference (target less online) over the epochs:',
    '',
    ...head(['method', ...Array.from({ length: short.epochs }, (_, epoch) => String(epoch))]),
    ...runs.map(({ method, epochs }) => row([method.name, ...epochs.map(({ difference }) => number(difference))])),
    '',
    'Rates that were tried, and the kNN accuracy on the held-out training images after four epochs:',
    '',
    ...head(['method', '`--lr` and kNN']),
    ...runs.map(({ method, rates }) => row([method.name, rates.map(({ lr, knn: top1 }) => `${lr}: ${number(top1, 2)} %`).join(', ')])),
    '',
    'The commands:',
    '',
    '```sh',
    ...runs.map(({ method, rates }) => `rdm pretrain ${shown(flagsOf(method, rates[0].lr, short))} --output OUT/${method.folder}-${rates[0].lr} DIR`),
    '```',
  ];
  return { text, results: runs.map(({ method, rates, epochs, knn: top1 }, at) => ({ method: method.name, rates, knn: top1, epochs, filter: { sigma: found.runs[at].filter?.sigma ?? null, fit: found.runs[at].filter?.fit ?? null } })) };
}

/** All images, more epochs: ranks and kNN on the way. */
function longSection() {
  const images = heldOut();
  const runs = longer.map((method) => {
    const [{ lr }] = ratesOf(method, images);
    const output = join(out, `long-${method.folder}`);
    trained({ ...method, more: [...method.more, '--knn-every', '2'] }, lr, long, data, output);
    return { method, lr, epochs: epochsOf(output) };
  });
  const measured = runs[0].epochs.flatMap(({ knn: top1 }, epoch) => (top1 === undefined ? [] : [epoch]));
  const text = [
    '## Thirty epochs of all images',
    '',
    ...head(['epoch', ...runs.flatMap(({ method }) => [`${method.name}: kNN`, 'rank online', 'target', 'difference'])]),
    ...measured.map((epoch) =>
      row([epoch, ...runs.flatMap(({ epochs }) => {
        const { knn: top1, online, target, difference } = epochs[epoch];
        return [`${number(top1, 2)} %`, number(online), number(target), number(difference)];
      })])),
  ];
  return { text, results: runs.map(({ method, ...rest }) => ({ method: method.name, ...rest })) };
}

const { text, results } = values.long ? longSection() : await methodsSection();
console.log(text.join('\n'));
console.log(JSON.stringify({ results: 'methods', runs: results }));
