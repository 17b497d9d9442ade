#!/usr/bin/env node
// Prints the tables of docs/scaling.md: what a step of resnet50 moves between GPUs and what the filter costs,
// computed from the collectives of a step, as the page's first table has them, the sizes of the network, the
// measured figures of docs/bench.md and these assumptions:
//   node scripts/docs/scaling.mjs --batch 64 --bandwidth 50 --latency 10 --images 1000 --products 500 --decompositions 5
// --write puts them into the page, which is due whenever the filter's figures there are new. --count first counts the
// collectives anew, in two processes on the simulated accelerator, and writes that table as well.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const option = (initial) => ({ type: 'string', default: String(initial) });
const { values } = parseArgs({
  options: {
    batch: option(64), // images of a GPU
    bandwidth: option(50), // GB/s that a GPU sends while it receives as much: 400 Gb/s each
    latency: option(10), // µs of a message between two GPUs
    images: option(1000), // a second on a GPU alone: two views, forward and backward
    products: option(500), // times the speed of the two cores of docs/bench.md, in matrix products
    decompositions: option(5), // the same, in the decomposition of one matrix
    write: { type: 'boolean', default: false },
    count: { type: 'boolean', default: false },
  },
});
const { write, count: counts, ...assumptions } = values;
const { batch, bandwidth, latency, images, products, decompositions } = Object.fromEntries(
  Object.entries(assumptions).map(([name, text]) => [name, Number(text)]),
);

const worlds = [8, 32, 128, 512, 1024];
const views = 2;
const dim = 2048; // features of the projector
const float = 4; // bytes
const double = 8;
const gramFrom = 4 * dim; // native/methods/shared_filters.cpp: rows of a batch
const summedFrom = 8; // native/layers/batch_norm.cpp: processes
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const page = new URL('../../docs/scaling.md', import.meta.url);
/** Puts a table into the page, where one with the same head stands. */
function put(table) {
  const lines = readFileSync(page, 'utf8').split('\n');
  lines.splice(lines.indexOf(table[0]), table.length, ...table);
  writeFileSync(page, lines.join('\n'));
}

// ---- The collectives of a step: by kind how many, and the bytes that a GPU puts in.

const collectivesHead = ['| collectives of a step | calls | bytes |', '| --- | --- | --- |'];
if (counts) {
  const tests = new URL('../../build/test/accelerator/rdm_accelerator_tests', import.meta.url);
  const printed = execFileSync(tests.pathname, ['--no-skip', '--minimal', '--test-case=prints the collectives'], {
    encoding: 'utf8',
  });
  put([...collectivesHead, ...printed.split('\n').filter((line) => line.startsWith('| '))]);
}
const text = readFileSync(page, 'utf8');
const counted = Object.fromEntries(
  text
    .slice(text.indexOf(collectivesHead[0]))
    .split('\n')
    .slice(2, 7)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name, calls, bytes]) => [name, { calls: Number(calls), bytes: Number(bytes) }]),
);
const gradients = counted['gradients, summed'];
const statistics = counted['statistics of norms, gathered'];
const sums = counted['sums of norms, summed'];
const rows = counted['rows, gathered'];

// ---- The network: torchvision's resnet50 without fc, and the projector of main_simsiam.py.

/** [inputs, outputs, kernel] of each convolution; a batch norm of its outputs follows. */
function convolutions() {
  const found = [[3, 64, 7]];
  let inputs = 64;
  for (const [blocks, width] of [[3, 64], [4, 128], [6, 256], [3, 512]]) {
    for (let block = 0; block < blocks; ++block) {
      found.push([inputs, width, 1], [width, width, 3], [width, width * 4, 1]);
      if (block === 0) found.push([inputs, width * 4, 1]); // of the shortcut
      inputs = width * 4;
    }
  }
  return found;
}

const norms = [...convolutions().map(([, outputs]) => outputs), dim, dim, dim];
const channels = sum(norms);
/** The last norm has no weights, and the last layer's bias is frozen. */
const parameters =
  sum(convolutions().map(([inputs, outputs, kernel]) => inputs * outputs * kernel ** 2)) +
  3 * dim ** 2 +
  2 * (channels - dim);

// ---- Bytes that a GPU sends in a step, in rings.

const allReduced = (n, bytes) => (2 * (n - 1) * bytes) / n;
const allGathered = (n, own) => (n - 1) * own;
/** The response in float32; where the batch is the smaller side, its factor for the gradient in float64. */
const solution = (rows) => Math.min(rows, dim) ** 2 * (rows > dim ? float : float + double);
const sent = {
  gradients: (n) => allReduced(n, gradients.bytes),
  normsGathered: (n) => allGathered(n, statistics.bytes) + allReduced(n, sums.bytes),
  /** The statistics in float64. */
  normsSummed: (n) => allReduced(n, (statistics.bytes * double) / float + sums.bytes),
  /** And what one process then tells the others of each filter. */
  rows: (n) => views * (allGathered(n, batch * dim * float) + solution(n * batch)),
  gram: (n) => views * (allReduced(n, dim ** 2 * double) + dim ** 2 * float),
};

// ---- Milliseconds on the way. A small message costs latency: round a ring, or up and down a tree.

const transfer = (bytes) => bytes / (bandwidth * 1e6);
const ring = (n) => ((n - 1) * latency) / 1e3;
const tree = (n) => (2 * Math.log2(n) * latency) / 1e3;
const compute = (batch / images) * 1e3;
const hidden = (compute * 2) / 3; // the backward pass, behind which gradients travel
const onTheWay = {
  gradients: (n) => Math.max(transfer(sent.gradients(n)) + gradients.calls * tree(n) - hidden, 0),
  normsGathered: (n) =>
    transfer(sent.normsGathered(n)) + statistics.calls * ring(n) + sums.calls * tree(n),
  normsSummed: (n) => transfer(sent.normsSummed(n)) + (statistics.calls + sums.calls) * tree(n),
  rows: (n) => transfer(sent.rows(n)) + rows.calls * ring(n),
  gram: (n) => transfer(sent.gram(n)) + views * tree(n),
};

// ---- The filter of one view on two cores, from docs/bench.md. `poly online 2` decomposes nothing.

const bench = readFileSync(new URL('../../docs/bench.md', import.meta.url), 'utf8');
function measured(rows, filter) {
  const start = `| ${rows} × ${dim} | ${filter} |`;
  const line = bench.split('\n').find((text) => text.startsWith(start));
  return Number(line.split('|')[5]);
}
/** Milliseconds of one multiplication and addition, in the two products of 4096 × 2048. */
const unit = measured(4096, 'poly online 2') / (2 * 4096 * dim ** 2);
const decomposed = (rows) => measured(rows, 'poly online 1') - measured(rows, 'poly online 2');
const exponent = Math.log(decomposed(4096) / decomposed(512)) / Math.log(dim / 512);
const filter = {
  /** The Gram matrix of the smaller side. */
  gram: (rows) => unit * rows * Math.min(rows, dim) * dim,
  /** What it does to some of the rows. */
  applied: (rows, own) => unit * own * Math.min(rows, dim) * dim,
  /** A power law between the sides that were measured: 512 and 2048. */
  decomposition: (rows) => decomposed(512) * (Math.min(rows, dim) / 512) ** exponent,
};

// ---- The tables.

const count = (value) => value.toLocaleString('en');
const digits = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const percent = (value) => `${(100 * value).toFixed(0)} %`;
const tables = [];
function print(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  tables.push(lines);
  console.log(`${lines.join('\n')}\n`);
}

console.log(
  `${count(parameters)} trained parameters, ${norms.length} batch norms of ${count(channels)} channels\n`,
);

const megabytes = (bytes) => digits(bytes / 1e6);
print(
  ['GPUs', 'batch', 'gradients', 'norms, gathered', 'norms, summed', 'rows', 'Gram matrices'],
  worlds.map((n) => [
    ...[count(n), count(n * batch)],
    ...Object.values(sent).map((bytes) => megabytes(bytes(n))),
  ]),
);

print(
  ['batch', 'products', 'decomposition', 'products, on each of 64 GPUs'],
  [256, 512, 1024, 2048, 4096, 8192, 32768, 65536].map((rows) => [
    count(rows),
    digits(filter.gram(rows) + filter.applied(rows, rows)),
    digits(filter.decomposition(rows)),
    rows < dim ? '–' : digits(unit * 2 * (rows / 64) * dim ** 2),
  ]),
);

print(
  [
    ...['GPUs', 'compute', 'gradients', 'norms, gathered', 'norms, summed', 'rows', 'Gram matrices'],
    ...['efficiency', 'by gathering alone', 'decomposition'],
  ],
  worlds.map((n) => {
    // Each view's filter is found by another process.
    const found = filter.gram(n * batch) + views * filter.applied(n * batch, batch);
    const ofRows = onTheWay.rows(n) + found / products;
    const ofGram = onTheWay.gram(n) + (views * unit * 2 * batch * dim ** 2) / products;
    const ofGradients = onTheWay.gradients(n);
    const [gathered, summed] = [onTheWay.normsGathered(n), onTheWay.normsSummed(n)];
    const ofNorms = n < summedFrom ? gathered : summed;
    const ofFilters = n * batch < gramFrom ? ofRows : ofGram;
    return [
      ...[count(n), ...[compute, ofGradients, gathered, summed, ofRows, ofGram].map(digits)],
      percent(compute / (compute + ofGradients + ofNorms + ofFilters)),
      percent(compute / (compute + ofGradients + gathered + ofRows)),
      digits(filter.decomposition(n * batch) / decompositions),
    ];
  }),
);

const least = (bytes) => count((2 * dim * bytes) / float); // where both send as much, for many GPUs
console.log(
  `Gram matrices are fewer bytes than rows from a batch of ${least(double)} on, in float32 from ${least(float)}.`,
);

if (write || counts) tables.forEach(put);
