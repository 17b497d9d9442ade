// npm run docs:photographs -- DIR OUT: the README's lines for photographs without labels, on the images below DIR in
// one flat folder; map and sheet as pictures in OUT, taken in Chromium (CHROMIUM names one that is not found by itself).
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const [from, out] = process.argv.slice(2);
const names = ['chromium', 'chromium-browser', 'google-chrome'];
const executablePath =
  process.env.CHROMIUM ??
  names.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find(Boolean);
if (!out || !executablePath) {
  console.error(out ? 'no Chromium: install it, or set CHROMIUM' : 'usage: npm run docs:photographs -- DIR OUT');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'rdm-photographs-'));
const bin = resolve('bin/rdm.js');
try {
  mkdirSync(join(folder, 'photos'));
  const images = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) => /\.jpe?g$/i.test(name));
  for (const name of images) copyFileSync(join(from, name), join(folder, 'photos', basename(name)));
  const [, section = ''] = /^## Photographs[^\n]*\n+```sh\n(.*?)```/ms.exec(readFileSync('README.md', 'utf8')) ?? [];
  const image = readdirSync(join(folder, 'photos')).sort()[0];
  for (const line of section.trim().split('\n')) {
    const words = line.replace(/#.*/, '').replace('IMAGE.jpg', image).trim().split(/ +/);
    console.log(`$ ${words.join(' ')}`);
    const { status } = spawnSync(process.execPath, [bin, ...words.slice(1)], { cwd: folder, stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
  mkdirSync(out, { recursive: true });
  await take();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function take() {
  const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    for (const [page, name] of [
      ['map.html', 'map'],
      ['near.html', 'near'],
    ]) {
      const tab = await browser.newPage();
      await tab.setViewport({ width: 1060, height: 640 });
      await tab.goto(pathToFileURL(join(folder, page)).href);
      await new Promise((done) => setTimeout(done, 1500)); // the chart grows into its place
      const path = join(out, `${name}.png`);
      await tab.screenshot({ path });
      console.log(path);
    }
  } finally {
    await browser.close();
  }
}
