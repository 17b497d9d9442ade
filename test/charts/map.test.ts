// rdm map: a map of features as page, drawing and picture.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { type FeatureMap, type MappingEvent, map, mapSvg, pretrain } from 'rdm-ssl';
import { dataset, quick, scratch } from '../support/folders.js';
import { bin, rdm, root } from '../support/rdm.js';

let checkpoint: string;
before(async () => {
  const { checkpoint: written } = await pretrain({
    ...{ data: await dataset(), ...quick, device: 'cpu', epochs: 1, seed: 1, workers: 2 },
    ...{ batchSize: 16, imagesPerClass: 4, dim: 64, predDim: 32, output: scratch() },
  });
  assert.ok(written);
  checkpoint = written;
});

const options = () =>
  ({
    pretrained: checkpoint,
    device: 'cpu',
    workers: 1,
    output: scratch(),
    neighbours: 4,
  }) as const;

test('the same seed gives the same map, another seed another', async () => {
  const first = await map(options());
  assert.equal(first.points.length, 20);
  assert.ok(first.points.flat().every(Number.isFinite));
  assert.deepEqual((await map(options())).points, first.points);
  assert.notDeepEqual((await map({ ...options(), seed: 1 })).points, first.points);
});

test('steps of the map are told after the images, to the last', async () => {
  const events: MappingEvent[] = [];
  await map(options(), { onEvent: (event) => events.push(event) });
  const counted = events.filter(({ type }) => type === 'progress' || type === 'map');
  const firstOfMap = counted.findIndex(({ type }) => type === 'map');
  assert.deepEqual(counted[firstOfMap - 1], { type: 'progress', done: 20, total: 20 });
  assert.deepEqual(counted[firstOfMap], { type: 'map', done: 0, total: 0 });
  const steps = counted.slice(firstOfMap + 1).map((event) => 'total' in event && event);
  assert.ok(steps.length > 1 && steps.every((event) => event && event.type === 'map'));
  assert.deepEqual(steps.at(-1), { type: 'map', done: 500, total: 500 });
});

test('an abort while the map is computed leaves none', async () => {
  const stopping = new AbortController();
  const { outcome, points } = await map(options(), {
    signal: stopping.signal,
    onEvent: (event) => {
      if (event.type === 'map' && event.done > 0) stopping.abort();
    },
  });
  assert.deepEqual({ outcome, points }, { outcome: 'stopped', points: [] });
});

test('the live line says that the map is being computed', { timeout: 120_000 }, async () => {
  const line = [
    'map',
    '--pretrained',
    checkpoint,
    '--neighbours',
    '4',
    '-j',
    '1',
    '--device',
    'cpu',
  ];
  const args = [join(root, 'test/support/terminal.py'), '100', process.execPath, bin, ...line];
  const child = spawn('python3', args, { cwd: scratch(), stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  const text = stripVTControlCharacters(shown);
  assert.equal(code, 0, text);
  assert.match(text, /computing the map(?! {2})/);
  assert.match(text, /rdm: a map of 20 images in map\.html\r\n/);
});

test('page, drawing and picture hold every image and class', {
  timeout: 120_000,
}, async (context) => {
  const folder = scratch();
  const [html, svg, png] = ['map.html', 'map.svg', 'map.png'].map((name) => join(folder, name));
  assert.ok(html && svg && png);
  const line = [
    'map',
    '--pretrained',
    checkpoint,
    '--neighbours',
    '4',
    '-j',
    '1',
    '--device',
    'cpu',
  ];
  const files = ['--html', html, '--svg', svg, '--png', png];
  const { code, stdout, stderr } = await rdm([...line, ...files]);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '');
  assert.ok(stderr.endsWith(`rdm: a map of 20 images in ${html}, ${svg}, ${png}\n`), stderr);

  const drawing = readFileSync(svg, 'utf8');
  for (const name of ['blotches', 'square']) assert.ok(drawing.includes(`>${name}</text>`), name);
  const picture = readFileSync(png);
  assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [1920, 1440]);

  const page = readFileSync(html, 'utf8');
  assert.doesNotMatch(page, /(src|href)="?https?:/);
  const data = /id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
  const { option, paths, thumbnails } = JSON.parse(data) as {
    option: { series: { name: string; data: number[][] }[] };
    paths: string[];
    thumbnails: { columns: number; source: string };
  };
  assert.equal(option.series.length, 10);
  assert.deepEqual(
    option.series.flatMap((series) => series.data.map(([, , image]) => image)),
    Array.from({ length: 20 }, (_, image) => image),
  );
  assert.equal(paths.length, 20);
  assert.match(thumbnails.source, /^data:image\/jpeg;base64,/);
  assert.equal(thumbnails.columns, 5);
  await context.test('a browser draws it', browserTest, () => {
    const dump = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=5000'];
    const drawn = execFileSync(browser ?? '', [...dump, '--dump-dom', `file://${html}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.match(drawn, /<div id="map"[^>]*>.*<canvas/s);
  });
});

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);
const browserTest = { skip: browser ? false : 'there is no Chromium' };

test('class names cannot break out of the drawing', async () => {
  const one: FeatureMap = {
    ...{
      outcome: 'done',
      images: 1,
      places: [],
      points: [[0, 0]],
      labels: [0],
      paths: ['x'],
      thumbnails: null,
    },
    classes: ['<script>alert(1)</script>'],
  };
  assert.ok(!(await mapSvg(one)).includes('<script'));
});

test('without a file named, the page is map.html', async () => {
  const folder = scratch();
  const line = [
    'map',
    '--pretrained',
    checkpoint,
    '--neighbours',
    '4',
    '-j',
    '1',
    '--device',
    'cpu',
  ];
  const { code, stderr } = await rdm([...line, '--thumbnail', '0'], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.ok(existsSync(join(folder, 'map.html')));
});

test('--json prints the map itself', async () => {
  const folder = scratch();
  const line = [
    'map',
    '--pretrained',
    checkpoint,
    '--neighbours',
    '4',
    '-j',
    '1',
    '--device',
    'cpu',
    '--json',
  ];
  const { code, stdout } = await rdm(line, { cwd: folder });
  assert.equal(code, 0);
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as object;
  const { thumbnails, ...expected } = await map(options());
  assert.ok(thumbnails);
  assert.deepEqual(last, { type: 'summary', ...expected });
});

const refused: [what: string, flags: string[], code: number, stderr: RegExp][] = [
  [
    'fewer images than neighbours',
    ['--images', '10'],
    2,
    /rdm: 10 images are too few for 15 neighbours of each\n {5}pass fewer --neighbours or more --images\n$/,
  ],
  [
    'a distance that is none',
    ['--min-dist', '2'],
    2,
    /rdm: --min-dist must be a number from 0 to 1, not 2\n$/,
  ],
  [
    'a layer that is none',
    ['--features', 'fc'],
    2,
    /unknown features 'fc'\n {5}choose from: backbone, projector/,
  ],
];

for (const [what, flags, code, stderr] of refused) {
  test(`${what} is refused`, async () => {
    const result = await rdm([
      'map',
      '--pretrained',
      checkpoint,
      '-j',
      '1',
      '--device',
      'cpu',
      ...flags,
    ]);
    assert.equal(result.code, code);
    assert.match(result.stderr, stderr);
  });
}
