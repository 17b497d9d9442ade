// npm run results:finetune -- --data DIR --checkpoint FILE --out DIR [--seeds 5] [--write] [-- FLAGS]: what a
// pretrained network is worth where 1 % and 10 % of the labels are there, beside the same network from random
// weights, over several seeds. FLAGS are of rdm finetune, for all runs. Runs that are in OUT go on or are not made
// again. Prints the end of docs/finetune.md, and with --write puts it there; ends with one line of JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rdm } from './rdm.mjs';

const text = { type: 'string' };
const { values, positionals: flags } = parseArgs({
  options: { data: text, checkpoint: text, out: text, seeds: { ...text, default: '5' }, write: { type: 'boolean' } },
  allowPositionals: true,
});
const { data, checkpoint, out, seeds, write } = values;
if (!data || !checkpoint || !out) {
  console.error('usage: npm run results:finetune -- --data DIR --checkpoint FILE --out DIR [--seeds 5] [--write] [-- FLAGS]');
  process.exit(2);
}

const page = fileURLToPath(new URL('../../docs/finetune.md', import.meta.url));
const heading = '## What it is worth';
// The fewer images, the more epochs: an update sees a batch, however many there are. The rates, of those that
// docs/finetune.md lists, did best on training images that no run trains on.
const parts = [
  { share: '0.01', name: '1 %', epochs: '60', lr: { tuned: '0.05', scratch: '0.05' } },
  { share: '0.1', name: '10 %', epochs: '30', lr: { tuned: '0.05', scratch: '0.0125' } },
];
const arms = [
  { name: 'fine-tuned', weights: 'tuned', more: [] },
  { name: 'from scratch', weights: 'scratch', more: ['--from-scratch'] },
];

/** The flags that tell a run from the others; FLAGS win. */
const flagsOf = ({ share, epochs, lr }, { weights, more }) => [
  '--label-fraction', share, '--epochs', epochs, '-b', '64', '--lr', lr[weights], ...more, ...flags, '--seeds', seeds,
];

function tuned(part, arm) {
  const output = join(out, `${part.share}-${arm.name.replace(' ', '-')}`);
  const args = ['finetune', checkpoint, ...flagsOf(part, arm), '--output', output, '--resume', 'auto', '--json', data];
  const lines = rdm(args).trimEnd().split('\n').map((line) => JSON.parse(line));
  const { trainImages } = lines.find(({ type }) => type === 'start');
  return { part: part.name, arm: arm.name, trainImages, ...lines.at(-1) };
}

const percent = (value) => (value === null ? '–' : value.toFixed(2));
const cell = ({ top1 }) => `${percent(top1.mean)} ± ${percent(top1.deviation)}`;

const results = parts.flatMap((part) => arms.map((arm) => tuned(part, arm)));
const rows = parts.map(({ name }) => {
  const own = results.filter(({ part }) => part === name);
  return `| ${[name, own[0].trainImages, ...own.map(cell)].join(' | ')} |`;
});
const line = (part, arm) => `rdm finetune CHECKPOINT ${flagsOf(part, arm).join(' ')} --output OUT DATA`;
const written = `${heading}

Top-1 on the validation images after the last epoch, in percent: the mean over ${seeds} seeds, and the deviation of a sample.
Each seed draws other labels and another classifier, and from scratch all weights.

| labels | images | ${arms.map(({ name }) => name).join(' | ')} |
| --- | --- | --- | --- |
${rows.join('\n')}

\`npm run results:finetune\` made these runs:

\`\`\`sh
${parts.flatMap((part) => arms.map((arm) => line(part, arm))).join('\n')}
\`\`\`
`;
if (write) {
  const [before] = readFileSync(page, 'utf8').split(`\n${heading}\n`);
  writeFileSync(page, `${before.trimEnd()}\n\n${written}`);
}
console.log(written);
console.log(JSON.stringify({ results: 'finetune', seeds: Number(seeds), runs: results }));
