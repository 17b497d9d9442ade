// npm run docs:pictures -- RUN… OUT: pictures of the report on these runs and of the watch page of the first,
// in light, in dark and on a phone, taken in Chromium (CHROMIUM names one that is not found by itself).
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const runs = process.argv.slice(2);
const out = runs.pop();
const names = ['chromium', 'chromium-browser', 'google-chrome'];
const executablePath =
  process.env.CHROMIUM ??
  names.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find(Boolean);
if (runs.length === 0 || !executablePath) {
  console.error(runs.length === 0 ? 'usage: npm run docs:pictures -- RUN… OUT' : 'no Chromium: install it, or set CHROMIUM');
  process.exit(2);
}

const wide = { width: 1280, height: 1180 };
const phone = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const folder = mkdtempSync(join(tmpdir(), 'rdm-pictures-'));
mkdirSync(out, { recursive: true });
const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const one = await page('one', [runs[0]]);
  await take('report-light', one, wide, 'light');
  await take('report-dark', one, wide, 'dark');
  await take('report-phone', one, phone, 'light');
  if (runs.length > 1) await take('compare', await page('all', runs), wide, 'light');
  await watched((url) => take('watch', url, wide, 'dark'));
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

/** The address of a report. */
async function page(name, of) {
  const path = join(folder, `${name}.html`);
  const { status } = spawnSync(process.execPath, ['bin/rdm.js', 'report', ...of, '--html', path], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  return pathToFileURL(path).href;
}

async function watched(use) {
  const child = spawn(process.execPath, ['bin/rdm.js', 'watch', runs[0]], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await new Promise((resolve) => child.stdout.once('data', (line) => resolve(String(line).trim())));
    await use(url);
  } finally {
    child.kill('SIGINT');
  }
}

async function take(name, url, viewport, scheme) {
  const tab = await browser.newPage();
  await tab.setViewport(viewport);
  await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await tab.goto(url);
  await tab.waitForSelector('.chart svg path');
  const path = join(out, `${name}.png`);
  await tab.screenshot({ path });
  console.log(path);
  await tab.close();
}
