// npm run docs:site: every page of the documents is in it, and no link of it is dead.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { scratch } from '../support/folders.js';
import { root, run } from '../support/rdm.js';

const script = 'scripts/docs/site.mjs';

test('every document is a page of one folder, in the contents, and no link is dead', async () => {
  const out = join(scratch(), 'site');
  const { code, stdout, stderr } = await run(process.execPath, [join(root, script), out]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\d+ pages in .*, 0 dead links\n$/);
  const pages = readdirSync(out).filter((name) => name.endsWith('.html'));
  const documents = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  assert.equal(pages.length, documents.length + 2);
  const start = readFileSync(join(out, 'index.html'), 'utf8');
  for (const page of pages) assert.ok(start.includes(`href="${page}"`), page);
  assert.doesNotMatch(start, /(?:href|src)="(?:https?:)?\/\//); // nothing comes from elsewhere
  assert.doesNotMatch(start, /<h2>More<\/h2>/); // each has its place in the contents
});

test('a page is called by its title, and a table without a head has none', async () => {
  const out = join(scratch(), 'site');
  await run(process.execPath, [join(root, script), out]);
  const start = readFileSync(join(out, 'index.html'), 'utf8');
  assert.match(start, /<a href="filters\.html">Filters<\/a>/);
  assert.doesNotMatch(start, /docs\/[a-z]+\.md/);
  assert.doesNotMatch(start, /<thead>/);
});

test('a link or an anchor that leads nowhere is named, and the exit code tells', async () => {
  const copy = scratch();
  for (const part of ['README.md', 'CONTRIBUTING.md', 'docs', 'scripts']) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(
    join(copy, 'docs/wrong.md'),
    '# Wrong\n\n[a](gone.md), [b](gpu.md#gone), [c](#here)\n',
  );
  const { code, stderr } = await run(process.execPath, [join(copy, script)]);
  assert.equal(code, 1);
  assert.deepEqual(stderr.trim().split('\n'), [
    'docs/wrong.md: gone.md leads nowhere',
    'docs/wrong.md: gpu.html#gone leads nowhere',
    'docs/wrong.md: #here leads nowhere',
  ]);
});
