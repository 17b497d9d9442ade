// The map of features: a unit is as long across as up, in any box, and every class has a name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';
import { type FeatureMap, mapHtml, mapSvg } from 'rdm-ssl';
import { fit } from '../../dist/charts/fit.js';
import { scratch } from '../support/folders.js';

/** Classes in a row of squares: three times as long across as up. */
function mapOf(count: number): FeatureMap {
  const corners = [0, 1].flatMap((x) => [0, 1].map((y): [number, number] => [x, y]));
  const classes = Array.from({ length: count }, (_, index) => `class ${index}`);
  const at = (index: number) => 2 * (index / Math.max(count - 1, 1));
  const points = classes.flatMap((_, index) =>
    corners.map(([x, y]): [number, number] => [at(index) + x, y]),
  );
  return {
    ...{ outcome: 'done', images: points.length, places: [], points, thumbnails: null, classes },
    labels: points.map((_, image) => Math.floor(image / corners.length)),
    paths: points.map((_, image) => `val/${image}.jpg`),
  };
}

test('a unit has as many pixels across as up, and the map reaches two sides of its box', () => {
  const { points } = mapOf(3);
  for (const [width, height] of [
    [900, 300],
    [1200, 700],
    [358, 640],
    [500, 500],
  ] as const) {
    const { turned, x, y } = fit(points, width, height);
    const [across, up] = [width / (x[1] - x[0]), height / (y[1] - y[0])];
    assert.ok(Math.abs(across / up - 1) < 1e-12, `${across} and ${up} pixels`);
    assert.equal(turned, width <= height);
    const [long, short] = turned ? [height, width] : [width, height];
    assert.ok(Math.abs(across - Math.min(long / 3, short)) < 1e-9, `${across} pixels to a unit`);
  }
});

test('a map of one point has a box too', () => {
  const { x, y } = fit([[2, 3]], 100, 100);
  assert.ok(x[0] < 2 && x[1] > 2 && y[0] < 3 && y[1] > 3);
});

test('a picture names 40 classes in its legend, and more than a legend holds not at all', async () => {
  const legend = (svg: string, name: string) => svg.includes(`>${name}</text>`);
  const forty = await mapSvg(mapOf(40));
  for (let index = 0; index < 40; ++index) assert.ok(legend(forty, `class ${index}`), `${index}`);
  assert.ok(!legend(await mapSvg(mapOf(1000)), 'class 999'));
});

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

test('the page draws round what is round, on a screen and a phone, beside the names of all classes', {
  skip: browser ? false : 'there is no Chromium',
  timeout: 120_000,
}, async () => {
  const html = join(scratch(), 'map.html');
  writeFileSync(html, await mapHtml(mapOf(40), 'a map'));
  const found = spawnSync('which', [browser ?? ''], { encoding: 'utf8' }).stdout.trim();
  const opened = await puppeteer.launch({ executablePath: found, args: ['--no-sandbox'] });
  try {
    for (const [width, height] of [
      [1280, 720],
      [390, 844],
    ] as const) {
      const page = await opened.newPage();
      await page.setViewport({ width, height });
      await page.goto(pathToFileURL(html).href);
      const [across, up, names, over] = (await page.evaluate(`(() => {
        const at = (x, y) => chart.convertToPixel({ gridIndex: 0 }, [x, y]);
        const [origin, right, above] = [at(0, 0), at(1, 0), at(0, 1)];
        const names = [...document.querySelectorAll('#classes li')].map((item) => item.textContent);
        const over = document.documentElement.scrollWidth - innerWidth;
        return [right[0] - origin[0], origin[1] - above[1], names.length, over];
      })()`)) as [number, number, number, number];
      assert.ok(Math.abs(across / up - 1) < 1e-6, `${across} and ${up} pixels`);
      assert.ok(across > 60, `${across} pixels to a unit`);
      assert.equal(names, 40);
      assert.ok(over <= 0, `${over} pixels too wide`);
      await page.close();
    }
  } finally {
    await opened.close();
  }
});
