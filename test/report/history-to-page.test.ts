// rdm report: what it makes of events.jsonl, also of one that is cut, resumed or another's.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type RankEvent, report, svgToPng } from 'rdm-ssl';
import { chartsOf, groupsOf } from '../../dist/report/figures.js';
import { pageOf } from '../../dist/report/page.js';
import { readRuns, runsOf } from '../../dist/report/runs.js';
import { byEpoch, type Point, ranks, thinned, trainSteps } from '../../dist/report/series.js';
import {
  epochEnd,
  evaluation,
  rank,
  runFolder,
  start,
  step,
  summary,
  wholeRun,
} from '../support/events.js';
import { scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

const noAddon = { env: { RDM_ADDON: '/nowhere/rdm.node' } };

const losses = (folder: string): Point[] =>
  readRuns([folder]).flatMap((run) => trainSteps(run, ({ loss }) => loss.value));

test('measurements stand at the epochs that are done when they are made', () => {
  const folder = runFolder([start, step(0, 0, -1), step(0, 3, -2), step(1, 1, -3)]);
  assert.deepEqual(losses(folder), [
    [0.25, -1],
    [1, -2],
    [1.5, -3],
  ]);
});

test('a last line that is still being written is left out', () => {
  const half = JSON.stringify(step(0, 1, -5)).slice(0, 80);
  const folder = runFolder([start, step(0, 0, -1), half]);
  assert.deepEqual(losses(folder), [[0.25, -1]]);
  assert.equal(readRuns([folder])[0]?.broken, 0);
});

test('of a resumed run, the last time counts that a step was made', () => {
  const folder = runFolder([
    ...[start, step(0, 3, -1), epochEnd(0, -1), step(1, 0, -2), step(1, 2, -3)],
    ...[{ ...start, startEpoch: 1 }, step(1, 0, -4), step(1, 1, -5), step(1, 2, -6)],
  ]);
  assert.deepEqual(losses(folder), [
    [1, -1],
    [1.25, -4],
    [1.5, -5],
    [1.75, -6],
  ]);
  assert.ok(readRuns([folder])[0]?.entries.some(({ type }) => type === 'epoch'));
});

test('a run that was killed while it wrote, and resumed, keeps its second start', () => {
  const half = JSON.stringify(step(0, 1, -5)).slice(0, 80);
  const folder = runFolder([start, step(0, 0, -1), half, start, step(0, 2, -7)]);
  assert.deepEqual(losses(folder), [
    [0.25, -1],
    [0.75, -7],
  ]);
});

test('a line that is no event is left out and counted', () => {
  const folder = runFolder([start, 'what is this\n', '17\n', step(0, 0, -1)]);
  assert.deepEqual(losses(folder), [[0.25, -1]]);
  assert.equal(readRuns([folder])[0]?.broken, 2);
});

const odd: [what: string, event: object][] = [
  ['a spectrum with a length and no numbers', spectrum({ length: 1e8 })],
  ['a branch that is null', { ...rank(0, 1, 10, 20), online: null }],
  ['a loss that is a text', { ...step(0, 1, -1), loss: { value: 'x', average: 'y' } }],
  ['a loss that is null', { ...step(0, 1, -1), loss: null }],
  ['an epoch below 0', { ...epochEnd(0, -1), epoch: -1e15 }],
  ['no steps an epoch', { ...start, stepsPerEpoch: null }],
  ['a message that is an object', { ...start, type: 'warning', code: '', message: { a: 1 } }],
  ['a type that is an object', { ...start, type: { toString: 1 } }],
  ['a type that every object has', { ...start, type: 'constructor' }],
  ['an end of no kind', { ...summary, outcome: { a: 1 } }],
  ['a time that is a number', { ...step(0, 1, -1), time: 5 }],
];

function spectrum(topSingularValues: unknown): object {
  const event = rank(0, 1, 10, 20);
  return { ...event, online: { ...event.online, topSingularValues } };
}

for (const [what, event] of odd) {
  test(`${what} is no event`, () => {
    const folder = runFolder([start, step(0, 0, -1), event, '{"a":'.repeat(5000)]);
    const [run] = readRuns([folder]);
    assert.equal(run?.broken, 1);
    assert.deepEqual(losses(folder), [[0.25, -1]]);
    pageOf(readRuns([folder]), { live: false });
  });
}

const many = 200_000;
const floods: [what: string, events: object[]][] = [
  ['starts', [...Array<object>(many).fill(start), step(0, 0, -1)]],
  ['validations', Array.from({ length: many }, (_, epoch) => evaluation(epoch, 30))],
  ['warnings', Array<object>(many).fill({ ...start, type: 'warning', code: '', message: 'a' })],
];

for (const [what, events] of floods) {
  test(`${many} ${what} are read and shown`, { timeout: 60_000 }, () => {
    const page = pageOf(readRuns([runFolder([start, ...events])]), { live: false });
    assert.match(page, /<h1>run<\/h1>/);
  });
}

test('a pretraining after which lincls ran in its folder is done', () => {
  const recorded = { time: start.time, type: 'recorded', checkpoint: 'c.pth.tar' };
  const linear = { ...start, command: 'lincls' };
  const [run] = readRuns([runFolder([...wholeRun, recorded, linear, summary])]);
  assert.equal(run?.summary?.outcome, 'done');
});

test('a loss that was not finite leaves a gap', () => {
  const folder = runFolder([start, step(0, 0, Number.NaN), step(0, 1, -1)]);
  assert.deepEqual(losses(folder), [[0.5, -1]]);
});

test('pretraining and linear evaluation in one folder are two runs', () => {
  const linear = { ...start, command: 'lincls' };
  const folder = runFolder([...wholeRun, linear, step(0, 0, 2.3)], 'both');
  const runs = readRuns([folder]);
  assert.deepEqual(
    runs.map(({ name, entries }) => [name, entries.filter(({ type }) => type === 'step').length]),
    [
      ['both', 12],
      ['both (linear)', 1],
    ],
  );
});

test('the time of a run leaves out the pause before it was resumed', () => {
  const at = (second: number) => ({ time: new Date(1e12 + 1000 * second).toISOString() });
  const folder = runFolder([
    ...[
      { ...start, ...at(0) },
      { ...step(0, 0, -1), ...at(5) },
    ],
    ...[
      { ...start, ...at(1000) },
      { ...step(0, 1, -1), ...at(1007) },
    ],
  ]);
  assert.equal(readRuns([folder])[0]?.seconds, 12);
});

test('runs of one name are told apart', () => {
  const [a, b] = [runFolder(wholeRun), runFolder(wholeRun)];
  assert.equal(new Set(readRuns([a, b, a]).map(({ name }) => name)).size, 3);
});

test('a long series is thinned to means; none of it is lost to the last point', () => {
  const points = Array.from({ length: 6001 }, (_, index): Point => [index, index % 2]);
  const few = thinned(points);
  assert.ok(few.length <= 600, String(few.length));
  assert.equal(few.at(-1)?.[0], 6000);
  assert.ok(Math.abs((few[0]?.[1] ?? 0) - 0.5) < 0.05); // 11 of them: 5 or 6 ones
});

test('a table has the mean of each epoch', () => {
  const rows = byEpoch([
    [
      [0.5, 1],
      [1, 3],
      [1.5, 7],
    ],
    [[2, 9]],
  ]);
  assert.deepEqual(rows, [
    { epochs: 1, values: [2, undefined] },
    { epochs: 2, values: [7, 9] },
  ]);
});

test('there is a chart for what was measured, and none for what was not', () => {
  const ids = (lines: object[]) =>
    chartsOf(groupsOf(readRuns([runFolder(lines)]))).map(({ id }) => id);
  assert.deepEqual(ids([start, step(0, 0, -1)]), ['loss', 'rate', 'speed', 'step-time']);
  for (const id of ['rank', 'difference', 'accuracy', 'spectrum-online-0', 'loader-time']) {
    assert.ok(ids(wholeRun).includes(id), id);
  }
});

test('of several runs each has its own chart of ranks, on one scale and explained once', () => {
  const ahead = wholeRun.map((entry) =>
    'type' in entry && entry.type === 'rank' ? { ...entry, ...rank(0, 1, 30, 90) } : entry,
  );
  const runs = readRuns([runFolder(wholeRun, 'a'), runFolder(ahead, 'b')]);
  const [ranks, ...rest] = groupsOf(runs)[0]?.figures ?? [];
  assert.ok(ranks && 'panels' in ranks);
  assert.deepEqual(
    [ranks.title, ranks.key.map(({ name }) => name)],
    ['Effective rank', ['online', 'target']],
  );
  assert.deepEqual(
    ranks.panels.map(({ name, figure }) => [name, figure.id, figure.caption]),
    [
      ['a', 'rank-0', ''],
      ['b', 'rank-1', ''],
    ],
  );
  const yAxis = ranks.panels[0]?.figure.option.yAxis as { min?: number; max?: number };
  assert.deepEqual([yAxis.min, yAxis.max], [0, 90], 'the other run decides the top');
  assert.deepEqual(
    rest.map(({ id }) => id),
    ['difference'],
  );
});

test('of several runs the spectra are one grid on one scale, and no text is there twice', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `run-${index}`);
  const folders = names.map((name) => runFolder(wholeRun, name));
  const features = groupsOf(readRuns(folders)).find(({ id }) => id === 'features');
  const spectra = features?.figures.filter(({ id }) => id.startsWith('spectrum'));
  assert.equal(spectra?.length, 1);
  const [grid] = spectra ?? [];
  assert.ok(grid && 'panels' in grid);
  assert.deepEqual(
    grid.panels.map(({ name }) => name),
    names,
  );
  const series = grid.panels[0]?.figure.option.series as { name: string }[];
  assert.deepEqual([series[0]?.name, series.at(-1)?.name], ['online σ1', 'target σ3']);
  const html = join(scratch(), 'twelve.html');
  await report(folders, { html });
  const page = readFileSync(html, 'utf8');
  for (const text of ['>Spectra<', grid.caption, '>Effective rank</h3>', '<h1>12 runs</h1>']) {
    assert.equal(page.split(text).length, 2, text);
  }
  assert.ok(!page.includes('"type":"scroll"'), 'no legend in pages');
});

test('the key of a chart is there once, each run with its colour, unless colours run out', () => {
  const keyOf = (count: number) => {
    const runs = Array.from({ length: count }, (_, index) => runFolder(wholeRun, `r${index}`));
    const loss = chartsOf(groupsOf(readRuns(runs))).find(({ id }) => id === 'difference');
    return loss?.key.map(({ name }) => name);
  };
  assert.deepEqual(keyOf(1), []);
  assert.deepEqual(keyOf(3), ['r0', 'r1', 'r2']);
  assert.deepEqual(keyOf(9), []);
});

test('a whitened spectrum is drawn inside the frame, not on it', () => {
  const flat = { topSingularValues: [4, 4, 4] };
  const even = wholeRun.map((entry) => {
    if (!('type' in entry) || entry.type !== 'rank') return entry;
    const event = entry as RankEvent;
    return { ...event, target: { ...event.target, ...flat } };
  });
  const figures = chartsOf(groupsOf(readRuns([runFolder(even)])));
  const spectrum = figures.find(({ id }) => id === 'spectrum-target-0');
  assert.ok(spectrum);
  const { min, max } = spectrum.option.yAxis as { min: number; max: number };
  assert.ok(min < 4 && max > 4, `${min} to ${max}`);
  const [line, ...others] = spectrum.option.series as { markLine?: unknown }[];
  assert.match(JSON.stringify(line?.markLine), /"show":true,"formatter":"4"/);
  assert.ok(others.every(({ markLine }) => markLine === undefined));
});

test('a table of runs begins with the options that differ', async () => {
  const html = join(scratch(), 'compared.html');
  const withSigma = (sigma: number) => {
    const folder = runFolder(wholeRun, `sigma-${sigma}`);
    const options = { sigma, output: folder, epochs: 3 };
    writeFileSync(
      join(folder, 'run.json'),
      JSON.stringify([{ ...recordOf('rdm pretrain'), options }]),
    );
    return folder;
  };
  await report([withSigma(1), withSigma(-1)], { html });
  const [, head = ''] = /<thead>(.*?)<\/thead>/s.exec(readFileSync(html, 'utf8')) ?? [];
  const names = [...head.matchAll(/<th[^>]*>([^<]*)</g)].map(([, name]) => name);
  assert.deepEqual(names.slice(0, 4), ['Run', 'sigma', 'Method', 'State']);
});

test('head and table name method, predictor, location and sigma', async () => {
  const of = (name: string, predictor: object) =>
    runFolder([{ ...start, predictor }, ...wholeRun.slice(1)], name);
  const filtered = of('a', { type: 'poly', location: 'target', sigma: -1 });
  const plain = of('b', { type: 'mlp', location: 'online' });
  const html = join(scratch(), 'one.html');
  await report([filtered], { html });
  const [, head = ''] = /<header>(.*?)<\/header>/s.exec(readFileSync(html, 'utf8')) ?? [];
  assert.match(head, /pretrain · simsiam, poly -1 on the target · resnet18/);
  await report([filtered, plain], { html });
  const page = readFileSync(html, 'utf8');
  assert.match(page, /<th scope="col">Method<\/th>/);
  assert.match(page, /<td>simsiam, poly -1 on the target<\/td>/);
  assert.match(page, /<td>simsiam, a learnable predictor on the online branch<\/td>/);
});

test('a short run is too early to say, in the report as in the table', async () => {
  const html = join(scratch(), 'early.html');
  await report([runFolder(wholeRun)], { html });
  assert.match(readFileSync(html, 'utf8'), /<dt>Verdict<\/dt><dd>too early to say</);
  await report([runFolder(wholeRun, 'a'), runFolder([start, step(0, 3, -1)], 'b')], { html });
  const cells = readFileSync(html, 'utf8').match(/<td>too early to say<\/td>/g) ?? [];
  assert.equal(cells.length, 2);
});

test('a run under way says what is left of it and when it was last heard of', async () => {
  const html = join(scratch(), 'live.html');
  await report([runFolder([start, step(0, 3, -1)])], { html });
  const page = readFileSync(html, 'utf8');
  const fact = (name: string) =>
    new RegExp(`<dt>${name}</dt><dd>([^<]*)<small>([^<]*)`).exec(page)?.slice(1);
  assert.deepEqual(fact('Time left'), ['0:00:04', 'at the pace of the epoch']); // 8 steps of half a second
  assert.deepEqual(fact('Last heard'), ['00:00:04 UTC', '2026-01-01']);
});

test('a chart tells its numbers in words and as a table', () => {
  const figures = chartsOf(groupsOf(readRuns([runFolder(wholeRun)])));
  const loss = figures.find(({ id }) => id === 'loss');
  assert.equal(
    loss?.alternative,
    'training: from 0 at epoch 0.25 to -1.1 at epoch 3, between -1.1 and 0.',
  );
  assert.deepEqual(loss?.table, {
    head: ['Epochs', 'training'],
    rows: [
      ['1', '-0.15'],
      ['2', '-0.55'],
      ['3', '-0.95'],
    ],
  });
  const time = figures.find(({ id }) => id === 'step-time');
  assert.deepEqual(time?.table.rows[0], ['1', '75', '25']); // waits an eighth of half a second
});

test('rdm report writes one page, without an addon', async () => {
  const folder = runFolder(wholeRun);
  const cwd = scratch();
  const { code, stderr } = await rdm(['report', folder], { ...noAddon, cwd });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, 'rdm: wrote report.html\n');
  assert.deepEqual(readdirSync(cwd), ['report.html']);
  const page = readFileSync(join(cwd, 'report.html'), 'utf8');
  assert.match(page, /<h3 id="title-rank">Effective rank<\/h3>/);
});

test('what a run says is text in the page, never markup', async () => {
  const evil = '</script><img src=x onerror=alert(1)>';
  const folder = runFolder([...wholeRun, { time: '', type: 'warning', code: 'x', message: evil }]);
  writeFileSync(join(folder, 'run.json'), JSON.stringify([{ ...recordOf(evil) }]));
  const html = join(scratch(), 'page.html');
  await report([folder], { html });
  const page = readFileSync(html, 'utf8');
  assert.ok(page.includes('&lt;/script&gt;&lt;img src=x'));
  assert.ok(!page.includes('<img src=x'));
});

const recordOf = (text: string) => ({
  started: '',
  command: `rdm pretrain '${text}'`,
  options: { lr: 0.1 },
  seed: 0,
  versions: {},
  machine: { host: text },
  folder: '/w',
  commit: 'abc123',
  data: { folder: '/d', commit: null, listing: { sha256: 'f00d', files: 7, bytes: 1 } },
});

test('a page has the command of each start and what differs between runs', async () => {
  const folders = [0.1, 0.2].map((lr) => {
    const folder = runFolder(wholeRun, `lr-${lr}`);
    writeFileSync(
      join(folder, 'run.json'),
      JSON.stringify([{ ...recordOf('h'), options: { lr } }]),
    );
    return folder;
  });
  const html = join(scratch(), 'page.html');
  await report(folders, { html });
  const page = readFileSync(html, 'utf8');
  assert.match(page, /<code>rdm pretrain &#39;h&#39;<\/code>|<code>rdm pretrain 'h'<\/code>/);
  assert.match(page, /class="differs"><th scope="row">lr<\/th><td>0.1<\/td><td>0.2<\/td>/);
  assert.match(page, /<td>f00d<\/td>/);
});

test('--svg draws a picture of each chart', async () => {
  const svg = join(scratch(), 'figures');
  const { code } = await rdm(['report', runFolder(wholeRun), '--svg', svg], noAddon);
  assert.equal(code, 0);
  assert.ok(!existsSync('report.html'));
  const picture = readFileSync(join(svg, 'rank.svg'), 'utf8');
  assert.match(picture, /^<svg role="img" .*<title>Effective rank<\/title><desc>online: from 10/s);
  assert.ok((picture.match(/<path/g) ?? []).length > 5);
  for (const file of readdirSync(svg)) {
    const drawing = readFileSync(join(svg, file), 'utf8');
    assert.ok((await svgToPng(drawing, 0.2)).length > 100, file); // which reads XML as it has to be
  }
});

test('--csv has a row an event, with its numbers as they are', async () => {
  const csv = join(scratch(), 'run.csv');
  await report([runFolder([start, step(0, 0, -1 / 3), rank(0, 0, 10, 20)], 'a,"b"')], { csv });
  const [head = '', first = '', second = '', ...rest] = readFileSync(csv, 'utf8').split('\n');
  assert.deepEqual(rest, ['']);
  assert.match(first, /^"a,""b""",step,train,0,0,2026-/);
  const cell = (row: string, name: string) =>
    row.replace('"a,""b"""', 'name').split(',')[head.split(',').indexOf(name)];
  assert.equal(Number(cell(first, 'loss.value')), -1 / 3);
  assert.equal(cell(first, 'online.effectiveRank'), '');
  assert.equal(cell(second, 'online.effectiveRank'), '10');
  assert.equal(cell(second, 'target.topSingularValues.2'), '2');
});

const empty = runFolder([]);
const other = scratch();
const foreign = runFolder(['{"hello": "world"}\n']);
const wrong: [folder: string, message: RegExp][] = [
  [
    '/nowhere',
    /^rdm: no folder \/nowhere\n +pass the --output folder of rdm pretrain, rdm lincls or rdm finetune\n/,
  ],
  [other, /^rdm: no events.jsonl in .*\n +pass the --output folder/],
  [empty, /^rdm: .*events.jsonl holds no start of a run\n +the run has not begun yet, or/],
  [foreign, /^rdm: .*events.jsonl holds no start of a run\n/],
];

for (const [folder, message] of wrong) {
  test(`no run: ${message.source.slice(5, 40)}`, async () => {
    for (const command of ['report', 'watch']) {
      const { code, stdout, stderr } = await rdm([command, folder], { ...noAddon, cwd: scratch() });
      assert.match(stderr, message);
      assert.equal(code, 1);
      assert.equal(stdout, '');
    }
  });
}

test('what is no run among several is left out, and named', async () => {
  const run = runFolder(wholeRun, 'good');
  const file = join(scratch(), 'notes.txt');
  writeFileSync(file, 'lr 0.1 was best');
  const options = { ...noAddon, cwd: scratch() };
  const { code, stderr } = await rdm(['report', file, run, other, empty], options);
  assert.equal(code, 0, stderr);
  assert.deepEqual(stderr.trim().split('\n'), [
    `rdm: left out: no events.jsonl in ${file}`,
    `rdm: left out: no events.jsonl in ${other}`,
    `rdm: left out: ${empty}/events.jsonl holds no start of a run`,
    'rdm: wrote report.html',
  ]);
  assert.match(
    readFileSync(join(options.cwd, 'report.html'), 'utf8'),
    /<title>good · rdm<\/title>/,
  );
});

test('a folder that is not there is a slip, also among several', async () => {
  const { code, stderr } = await rdm(['report', runFolder(wholeRun), '/nowhere'], noAddon);
  assert.equal(code, 1);
  assert.match(stderr, /^rdm: no folder \/nowhere\n/);
});

test('a report that cannot be written says so', async () => {
  const folder = scratch();
  mkdirSync(join(folder, 'report.html'));
  const { code, stderr } = await rdm(['report', runFolder(wholeRun)], { ...noAddon, cwd: folder });
  assert.equal(code, 1);
  assert.match(stderr, /^rdm: cannot write report.html: .*\n +pass a folder/);
});

test('a run of many steps is read and drawn', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => {
    const [epoch, at] = [Math.floor(index / 4), index % 4];
    return [step(epoch, at, -1), rank(epoch, at, 10, 20)];
  }).flat();
  const runs = runsOf('/nowhere', [start, ...many], 0);
  const figures = groupsOf(runs).flatMap((group) => group.figures);
  assert.ok(figures.some(({ id }) => id === 'spectrum-target-0'));
  assert.ok(JSON.stringify(figures).length < 2e6);
});

test('ranks of the whole run', () => {
  const [run] = readRuns([runFolder(wholeRun)]);
  assert.ok(run);
  assert.deepEqual(
    new Set(ranks(run, ({ difference }) => difference).map(([, y]) => y)),
    new Set([10]),
  );
  assert.equal(run.summary?.outcome, summary.outcome);
});
