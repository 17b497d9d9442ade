// The report and the live page in a real Chromium: they draw, in light and dark, on a phone, for a screen
// reader, and nothing leaves the page. CHROMIUM names a browser that is not found by itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { report, watch } from 'rdm-ssl';
import { asLines, evaluation, rank, runFolder, start, step, wholeRun } from '../support/events.js';
import { scratch } from '../support/folders.js';

const found = (name: string) => spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim();
const executablePath =
  process.env.CHROMIUM ||
  ['chromium', 'chromium-browser', 'google-chrome'].map(found).find(Boolean);
const wide = { width: 1280, height: 900 };
const phone = { width: 360, height: 740, isMobile: true, hasTouch: true };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Opened {
  page: Page;
  /** What the page asked for over the network, and what went wrong in it. */
  requests: string[];
  errors: string[];
}

/** Each chart: how wide it is, and its widest line or bar; a sign of the legend has 22 pixels. */
const drawings = `[...document.querySelectorAll('.chart')].map((chart) => {
  const svg = chart.querySelector('svg');
  const marks = [...(svg?.querySelectorAll('path[stroke], path[fill]') ?? [])];
  const colours = /#3b82f6|#d97706|#059669|#a855f7|#0891b2|#7c8698/i;
  const drawn = marks.filter((mark) => colours.test(mark.outerHTML));
  const widths = drawn.map((mark) => mark.getBoundingClientRect().width);
  return { id: chart.parentElement.id, width: chart.clientWidth, mark: Math.max(0, ...widths) };
})`;

describe('in Chromium', {
  skip: executablePath ? false : 'no Chromium is installed',
  timeout: 900_000, // of all of them; a busy machine draws late
}, () => {
  let browser: Browser;
  before(async () => {
    browser = await puppeteer.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox'],
    });
  });
  after(() => browser.close());

  async function open(
    url: string,
    viewport: typeof wide,
    scheme: 'light' | 'dark',
  ): Promise<Opened> {
    const page = await browser.newPage();
    const [requests, errors]: string[][] = [[], []];
    page.on('request', (request) => requests?.push(request.url()));
    page.on('pageerror', (error) => errors?.push(String(error)));
    page.on('console', (line) => line.type() === 'error' && errors?.push(line.text()));
    page.setDefaultTimeout(120_000); // a busy machine draws late
    await page.setViewport(viewport);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(url, { waitUntil: 'load' });
    await page.waitForSelector('.chart svg');
    return { page, requests: requests ?? [], errors: errors ?? [] };
  }

  async function assertDrawn({ page, errors }: Opened): Promise<void> {
    const charts = (await page.evaluate(drawings)) as { id: string; width: number; mark: number }[];
    assert.ok(charts.length >= 9, String(charts.length));
    for (const { id, width, mark } of charts) {
      assert.ok(width > 200, `${id} is ${width} wide`);
      assert.ok(mark > 40, `nothing is drawn in ${id}`);
    }
    assert.deepEqual(errors, []);
  }

  async function assertAccessible({ page }: Opened): Promise<void> {
    await page.evaluate(axe);
    const violations = await page.evaluate(`axe.run().then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ').slice(0, 300)))`);
    assert.deepEqual(violations, []);
  }

  async function written(runs: string[]): Promise<string> {
    const html = join(scratch(), 'page.html');
    await report(runs, { html });
    return pathToFileURL(html).href;
  }

  for (const scheme of ['light', 'dark'] as const) {
    for (const [name, viewport] of [
      ['a screen', wide],
      ['a phone', phone],
    ] as const) {
      test(`the report draws on ${name}, ${scheme}, asks for nothing and is accessible`, async () => {
        const url = await written([runFolder(wholeRun)]);
        const opened = await open(url, viewport, scheme);
        await assertDrawn(opened);
        const { page, requests } = opened;
        assert.deepEqual(
          requests.filter((asked) => !asked.startsWith('data:')),
          [url],
        );
        const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.ok(Number(over) <= 0, `${over} pixels too wide`);
        await assertAccessible(opened);
        await page.close();
      });
    }
  }

  test('several runs draw over each other, and their ranks side by side', async () => {
    const opened = await open(
      await written([runFolder(wholeRun, 'a'), runFolder(wholeRun, 'b')]),
      wide,
      'light',
    );
    await assertDrawn(opened);
    await assertAccessible(opened);
    const lines = await opened.page.evaluate(
      `document.querySelectorAll('#spread svg path[stroke-dasharray]').length`,
    );
    assert.ok(Number(lines) >= 2, 'the targets are dashed');
    for (const id of ['rank-0', 'rank-1']) await opened.page.waitForSelector(`#${id} svg path`);
    await opened.page.close();
  });

  test('a drawing stays as it is while the browser takes a picture of the whole page', async () => {
    const { page } = await open(await written([runFolder(wholeRun)]), wide, 'light');
    await page.evaluate(`globalThis.narrow = []; new MutationObserver((changes) => {
      for (const { target } of changes) narrow.push(target.getAttribute('width'));
    }).observe(document.querySelector('.chart svg'), { attributeFilter: ['width'] })`);
    await page.screenshot({ fullPage: true });
    assert.deepEqual(await page.evaluate('narrow'), []);
    await page.close();
  });

  test('on paper the page is light, also from a dark screen, and drawings fit it', async () => {
    const { page } = await open(await written([runFolder(wholeRun)]), wide, 'dark');
    await page.emulateMediaType('print');
    await page.setViewport({ width: 700, height: 900 }); // of A4
    const [background, text, widths] = (await page.evaluate(`[
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector('#rank svg text')).fill,
      [...document.querySelectorAll('.chart')].map((chart) =>
        chart.querySelector('svg').getBoundingClientRect().width - chart.clientWidth),
    ]`)) as [string, string, number[]];
    assert.deepEqual([background, text], ['rgb(255, 255, 255)', 'rgb(91, 101, 119)']);
    assert.ok(widths.length >= 9 && widths.every((over) => Math.abs(over) <= 1), String(widths));
    await page.close();
  });

  test('the page follows the reader from light to dark', async () => {
    const { page } = await open(await written([runFolder(wholeRun)]), wide, 'light');
    const colours = `[getComputedStyle(document.body).backgroundColor,
      [...document.querySelectorAll('#rank svg text')].map((text) => getComputedStyle(text).fill).join()]`;
    const light = (await page.evaluate(colours)) as string[];
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await page.waitForFunction(`${colours}[1] !== ${JSON.stringify(light[1])}`);
    assert.notEqual(((await page.evaluate(colours)) as string[])[0], light[0]);
    await page.close();
  });

  test('the policy of the page lets nothing out', async () => {
    let asked = 0;
    const elsewhere = createServer((_, response) => {
      asked += 1;
      response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end();
    })
      .listen(0, '127.0.0.1')
      .unref();
    await new Promise((listening) => elsewhere.once('listening', listening));
    const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    const { page } = await open(await written([runFolder(wholeRun)]), wide, 'light');
    const outcome = await page.evaluate(`(async () => {
      const image = new Image();
      const failed = new Promise((done) => { image.onerror = () => done('blocked'); image.onload = () => done('loaded'); });
      image.src = '${target}';
      const fetched = await fetch('${target}').then(() => 'fetched', () => 'blocked');
      return [await failed, fetched];
    })()`);
    assert.deepEqual(outcome, ['blocked', 'blocked']);
    assert.equal(asked, 0);
    await page.close();
    elsewhere.close();
  });

  test('the live page draws what comes, and asks only its own address', async () => {
    const folder = runFolder([start, step(0, 0, -0.25)]);
    const ending = new AbortController();
    let ended = Promise.resolve();
    const url = await new Promise<string>((onListening) => {
      ended = watch(folder, { onListening, signal: ending.signal });
    });
    const opened = await open(url, wide, 'dark');
    const { page, requests, errors } = opened;
    const words = (id: string) => `document.getElementById('words-${id}')?.textContent ?? ''`;
    assert.match(String(await page.evaluate(words('loss'))), /-0\.25/);
    appendFileSync(join(folder, 'events.jsonl'), asLines([step(0, 1, -0.75)]));
    await page.waitForFunction(`${words('loss')}.includes('-0.75')`);
    // What the page has no place for yet makes it load again.
    const more = [0, 1, 2, 3].flatMap((at) => [step(1, at, -1), rank(1, at, 11, 22)]);
    appendFileSync(join(folder, 'events.jsonl'), asLines([...more, evaluation(1, 40)]));
    await page.waitForFunction(`${words('rank')}.includes('22 at epoch 2')`);
    await page.waitForSelector('#rank .chart svg path');
    await assertAccessible(opened);
    assert.deepEqual(errors, []);
    assert.deepEqual(
      requests.filter((asked) => !asked.startsWith('data:') && !asked.startsWith(url)),
      [],
    );
    ending.abort();
    await ended;
    await page.waitForSelector('.live.lost');
    await page.close();
  });
});
