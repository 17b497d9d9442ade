// npm run results:scores -- DIR OUT [--jobs 1] [--write]: do scores without labels find the best run? Makes the sweeps of
// scripts/results/scores on CIFAR-10 (DIR as folders of JPEGs), scores each run's last checkpoint without labels, judges
// it with them, and correlates the two. Runs and measures that are in OUT are not made again. Prints the end of
// docs/scores.md, and with --write puts it there, with its plots; ends with one line of JSON.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { init } from 'echarts';
import { knn, listRuns, probe, score } from 'rdm-ssl';

const { values, positionals } = parseArgs({
  options: { jobs: { type: 'string', default: '1' }, write: { type: 'boolean' } },
  allowPositionals: true,
});
const [data, out] = positionals;
if (!data || !out) {
  console.error('usage: npm run results:scores -- DIR OUT [--jobs 1] [--write]');
  process.exit(2);
}
const docs = fileURLToPath(new URL('../../docs', import.meta.url));
const sweeps = fileURLToPath(new URL('scores', import.meta.url));
const names = readdirSync(sweeps).map((file) => file.replace('.yaml', '')).sort();

for (const name of names) {
  const args = ['sweep', join(sweeps, `${name}.yaml`), data, '--output', join(out, name), '--jobs', values.jobs];
  console.error(`rdm ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, ['bin/rdm.js', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

/** Of a run's last checkpoint; kept beside the sweeps. */
async function measured({ run, checkpoint, verdict, epochs }, sweep) {
  const file = join(out, `${sweep}-${run.replaceAll('/', '-')}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  console.error(`${sweep} ${run}`);
  const options = { device: 'cpu', workers: 1, output: out };
  const found = await score({ ...options, checkpoint });
  const { results } = await knn({ ...options, pretrained: checkpoint, k: [20] });
  const { result } = await probe({ ...options, checkpoint });
  const row = {
    ...{ sweep, run, epochs, verdict },
    ...{ rankMe: found.rankMe, alphaReq: found.alphaReq, lidar: found.lidar },
    ...{ knn: results[0].top1, probe: result.top1 },
  };
  writeFileSync(file, JSON.stringify(row));
  return row;
}

const rows = [];
for (const sweep of names) {
  for (const run of listRuns(join(out, sweep))) rows.push(await measured(run, sweep));
}

/** What a score says of a network: the more the better. The best alpha is 1. */
const scores = {
  RankMe: ({ rankMe }) => rankMe,
  'alpha-ReQ, nearness to 1': ({ alphaReq }) => (alphaReq === null ? null : -Math.abs(alphaReq - 1)),
  LiDAR: ({ lidar }) => lidar,
};
const judged = { kNN: ({ knn: top1 }) => top1, probe: ({ probe: top1 }) => top1 };

/** Ranks from 0; equal values share theirs. */
function ranks(list) {
  const order = list.map((value, at) => ({ value, at })).sort((a, b) => a.value - b.value);
  const found = [];
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && order[to + 1].value === order[from].value) to += 1;
    for (let at = from; at <= to; ++at) found[order[at].at] = (from + to) / 2;
    from = to + 1;
  }
  return found;
}

const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;

/** Spearman's: Pearson's correlation of the ranks. */
function correlation(first, second) {
  const [a, b] = [ranks(first), ranks(second)];
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (of) => a.reduce((all, _, at) => all + of(a[at] - ma, b[at] - mb), 0);
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
}

const groups = {
  'all runs': () => true,
  'healthy runs': ({ verdict }) => !/collapse/.test(verdict ?? ''),
  ...Object.fromEntries(names.map((name) => [name, ({ sweep }) => sweep === name])),
};
const table = Object.entries(groups).flatMap(([group, belongs]) =>
  Object.entries(scores).map(([name, of]) => {
    const known = rows.filter((row) => belongs(row) && of(row) !== null);
    const against = Object.values(judged).map((top1) => correlation(known.map(of), known.map(top1)));
    const chosen = known.toSorted((a, b) => of(b) - of(a))[0];
    const best = Math.max(...known.map(judged.probe));
    return { group, score: name, runs: known.length, knn: against[0], probe: against[1], lost: chosen ? best - judged.probe(chosen) : null };
  }),
);

const two = (value) => (value === null || Number.isNaN(value) ? '–' : value.toFixed(2));
const text = [
  '## What came out',
  '',
  `\`npm run results:scores -- DIR OUT --write\`: ${rows.length} runs. Spearman's rank correlation of each score with the accuracies, and`,
  "what is lost in probe accuracy by taking the run of the highest score in place of the best, in percentage points. A group's",
  'name is that of its sweep in `scripts/results/scores/`.',
  '',
  '| runs | number | score | with kNN | with probe | lost |',
  '| --- | --- | --- | --- | --- | --- |',
  ...table.map((row) => `| ${row.group} | ${row.runs} | ${row.score} | ${two(row.knn)} | ${two(row.probe)} | ${two(row.lost)} |`),
  '',
  ...Object.keys(scores).map((name, at) => `![${name} against probe accuracy](pictures/scores-${at}.svg)`),
  '',
  '| sweep | run | verdict | RankMe | alpha-ReQ | LiDAR | kNN | probe |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
  ...rows.map((row) => `| ${row.sweep} | ${row.run} | ${row.verdict ?? '–'} | ${[row.rankMe, row.alphaReq, row.lidar, row.knn, row.probe].map(two).join(' | ')} |`),
  '',
].join('\n');
console.log(text);

const colours = ['#2f7ed8', '#e08a1e', '#3a9d5d', '#a44fb0', '#808080'];
function plot(name, of) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 620, height: 380 });
  const middle = { nameLocation: 'middle', nameGap: 32, scale: true };
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    grid: { left: 60, right: 20, top: 40, bottom: 55 },
    legend: { top: 8 },
    xAxis: { name, type: 'value', ...middle },
    yAxis: { name: 'probe, top-1 %', type: 'value', ...middle },
    series: names.map((sweep, at) => ({
      type: 'scatter',
      name: sweep,
      itemStyle: { color: colours[at % colours.length] },
      data: rows.filter((row) => row.sweep === sweep && of(row) !== null).map((row) => [of(row), row.probe]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

if (values.write) {
  const page = join(docs, 'scores.md');
  const before = readFileSync(page, 'utf8').split('\n## What came out')[0].trimEnd();
  writeFileSync(page, `${before}\n\n${text}`);
  for (const [at, [name, of]] of Object.entries(scores).entries()) {
    writeFileSync(join(docs, 'pictures', `scores-${at}.svg`), plot(name, of));
  }
}
console.log(JSON.stringify({ results: 'scores', runs: rows.length, correlations: table }));
