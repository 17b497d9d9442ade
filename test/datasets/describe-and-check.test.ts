// rdm data info and rdm data check, on folders of images and on the files of CIFAR.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { checkData, dataInfo, type MapEvent, type ProgressEvent } from 'rdm-ssl';
import { images, megabytes, steps } from '../../dist/cli/output/format.js';
import { progressLine } from '../../dist/cli/output/progress.js';
import { dataset, large, scratch } from '../support/folders.js';
import { bin, rdm, root } from '../support/rdm.js';

let data: string;
before(async () => {
  data = await dataset();
});

test('info prints a table of the splits', async () => {
  const { code, stdout, stderr } = await rdm(['data', 'info', data]);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const [first = ''] = readdirSync(join(data, 'train')).sort();
  const cells = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  assert.deepEqual(cells.slice(0, 7), [
    ['place', data],
    ['layout', 'folder'],
    ['', 'train', 'val'],
    ['images', '50', '20'],
    ['classes', '10', '10'],
    ['smallest class', `${first}, 5`, `${first}, 2`],
    ['largest class', `${first}, 5`, `${first}, 2`],
  ]);
  assert.deepEqual(
    cells.slice(7).map(([name]) => name),
    ['widths', 'heights', 'listing'],
  );
});

test('info --json prints what dataInfo() returns; a moved folder keeps its listing', async () => {
  const info = await dataInfo(data);
  const { stdout } = await rdm(['data', 'info', data, '--json']);
  assert.deepEqual(JSON.parse(stdout), info);
  const moved = join(scratch(), 'moved');
  cpSync(data, moved, { recursive: true });
  assert.equal((await dataInfo(moved)).splits.train.listing, info.splits.train.listing);
  const [name = ''] = readdirSync(join(moved, 'train'));
  const [image = ''] = readdirSync(join(moved, 'train', name));
  rmSync(join(moved, 'train', name, image));
  const fewer = (await dataInfo(moved)).splits;
  assert.notEqual(fewer.train.listing, info.splits.train.listing);
  assert.deepEqual(fewer.train.smallestClass, { name, images: 4 });
  assert.deepEqual({ ...fewer.val, places: info.splits.val?.places }, info.splits.val);
});

test('info shows what a run refuses or leaves out, and a run refuses it', async () => {
  const odd = join(scratch(), 'odd');
  cpSync(data, odd, { recursive: true });
  for (const name of ['train/cats', 'train/dogs', 'val/other']) mkdirSync(join(odd, name));
  for (const name of ['cats/a.gif', 'cats/b.GIF', 'cats/c.avif', 'dogs/d.jpg']) {
    writeFileSync(join(odd, 'train', name), 'x');
  }
  const { code, stdout, stderr } = await rdm(['data', 'info', odd]);
  assert.deepEqual([code, stderr], [0, '']);
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/));
  assert.deepEqual(rows.slice(-4, -1), [
    ['classes without images', 'cats', 'other'],
    ['classes only here', 'cats, dogs', 'other'],
    ['files ignored', '.gif 2, .avif 1', '-'],
  ]);
  const run = await rdm(['pretrain', odd, '--output', scratch()]);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /^rdm: a class with no images: .*odd\/train\/cats\n/m);
});

for (const layout of ['cifar-10-batches-bin', 'cifar-10-batches-py', 'cifar-100-python']) {
  test(`info and check know ${layout}`, async () => {
    const folder = join(root, 'test/images/cifar', layout);
    const { layout: found, splits } = await dataInfo(folder);
    const [, kind = '', form = ''] = /^cifar-(10+)-.*(bin|py)/.exec(layout) ?? [];
    assert.equal(found, `cifar${kind}-${form === 'py' ? 'python' : 'binary'}`);
    assert.deepEqual(splits.train.widths, { least: 32, mean: 32, most: 32 });
    const { images: seen, bad } = await checkData({ data: folder });
    assert.equal(seen, splits.train.images + (splits.val?.images ?? 0));
    assert.deepEqual(bad, []);
  });
}

test('check finds nothing in a good dataset', async () => {
  const { code, stdout, stderr } = await rdm(['data', 'check', data]);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
  assert.equal(stderr, 'rdm: checked 70 images: none bad\n');
});

test('check lists the bad images of both splits with their reasons, and exits 1', async () => {
  const folder = join(scratch(), 'spoilt');
  cpSync(data, folder, { recursive: true });
  const bad = ['train', 'val'].map((split) => {
    const [name = ''] = readdirSync(join(folder, split));
    const [image = ''] = readdirSync(join(folder, split, name));
    return join(folder, split, name, image);
  });
  truncateSync(bad[0] ?? '', 300);
  truncateSync(bad[1] ?? '', 0);
  const printed = await rdm(['data', 'check', '-j', '2', folder]);
  assert.equal(printed.code, 1);
  assert.equal(printed.stdout, `${bad[0]}\tthe file is truncated\n${bad[1]}\tthe file is empty\n`);
  assert.equal(printed.stderr, 'rdm: checked 70 images: 2 bad\n');

  const json = await rdm(['data', 'check', '--json', folder]);
  assert.equal(json.code, 1);
  assert.equal(json.stderr, '');
  assert.deepEqual(JSON.parse(json.stdout), {
    root: folder,
    images: 70,
    stopped: false,
    bad: [
      { path: bad[0], reason: 'the file is truncated' },
      { path: bad[1], reason: 'the file is empty' },
    ],
  });
});

test('check holds images to --max-image-pixels', async () => {
  const { bad } = await checkData({ data, maxImagePixels: 1000 });
  assert.equal(bad.length, 70); // 40 pixels on a side
});

test('a folder that is no dataset is refused', async () => {
  for (const verb of ['info', 'check']) {
    const { code, stderr } = await rdm(['data', verb, scratch()]);
    assert.equal(code, 1);
    assert.match(stderr, /^rdm: no images in .* or below it\n.*images come from/);
  }
});

test('checkData reports progress, and aborting ends it early', { timeout: 60_000 }, async () => {
  const events: ProgressEvent[] = [];
  const controller = new AbortController();
  const { stopped, images: seen } = await checkData(
    { data: await large(), workers: 1 },
    {
      signal: controller.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.done > 0) controller.abort();
      },
    },
  );
  assert.equal(stopped, true);
  assert.ok(seen > 0 && seen < 2000, String(seen));
  for (const { total } of events) assert.equal(total, 2000);
});

test("an error of the caller's onEvent ends the check and is thrown", async () => {
  const onEvent = () => {
    throw new Error('mine');
  };
  await assert.rejects(checkData({ data }, { onEvent }), /^Error: mine$/);
});

test('Ctrl-C on a terminal: a live line, what was found, exit 130', {
  timeout: 60_000,
}, async () => {
  const terminal = join(root, 'test/support/terminal.py');
  const args = [terminal, '100', process.execPath, bin, 'data', 'check', '-j', '1', await large()];
  const child = spawn('python3', args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown = stripVTControlCharacters(shown + chunk);
    const live = /checking {2}[1-9]\d* of 2000 images {2}\d+ images\/s {2}\d+/;
    if (live.test(shown)) child.stdin.end('\u0003');
  });
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 130, shown.slice(-300));
  assert.match(shown, /rdm: stopped after \d+ images: none bad\r\n/);
});

test('SIGTERM ends a check with exit 143', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [bin, 'data', 'check', '-j', '1', await large()]);
  setTimeout(() => child.kill('SIGTERM'), 2000);
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 143);
});

test('what a live line says', () => {
  const event: ProgressEvent = { type: 'progress', done: 30, total: 100 };
  assert.equal(progressLine(event, images, 20, 4), '30 of 100 images  5 images/s  14 s left');
  assert.equal(progressLine(event, images, 0, 0), '30 of 100 images');
  const map: MapEvent = { type: 'map', done: 120, total: 500 };
  assert.equal(progressLine(map, steps, 40, 2), '120 of 500 steps  20 steps/s  19 s left');
  const bytes: ProgressEvent = { type: 'progress', done: 45e6, total: 170_498_071 };
  assert.equal(progressLine(bytes, megabytes, 25e6, 5), '45.0 of 170.5 MB  5.0 MB/s  25 s left');
});
