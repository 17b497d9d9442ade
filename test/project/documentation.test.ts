// The documents name only what is there, and say each thing once.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test from 'node:test';
import { root } from '../support/rdm.js';

const pages = [
  ...['README.md', 'CONTRIBUTING.md'],
  ...readdirSync(join(root, 'docs')).flatMap((name) =>
    name.endsWith('.md') ? [`docs/${name}`] : [],
  ),
];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');
const prose = (page: string) => textOf(page).replace(/^```.*?^```/gms, '');

/** What a document may leave out of a path, at its beginning and at its end. */
const folders = ['', 'native', 'src', 'src/cli', 'test'];
const endings = ['', '.ts', '.h', '.cpp'];

const names = new Set(
  ['native', 'src', 'test/native'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      basename(path),
    ),
  ),
);

function isThere(path: string): boolean {
  if (!path.includes('/')) return names.has(path);
  return folders.some((folder) =>
    endings.some((ending) => existsSync(join(root, folder, path + ending))),
  );
}

const rooms = ['native', 'src', 'src/cli'].flatMap((folder) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name),
);
const tops = [
  'src',
  'native',
  'test',
  'scripts',
  'docs',
  'examples',
  'recipes',
  'cmake',
  'man',
  'bin',
];

const ofOthers = ['jpegint.h', 'nccl.h'];

/** Paths of the project in backticks, told by their first folder or an ending of code; capitals stand for any name. */
function pathsIn(page: string): string[] {
  const words = [...prose(page).matchAll(/`([\w.-]+\/[\w./-]*|[\w-]+\.(?:ts|cpp|h))`/g)];
  return words
    .map(([, word = '']) => word)
    .filter((word) => !ofOthers.includes(word) && !/[A-Z]{4}/.test(word))
    .filter((word) => {
      const [first = ''] = word.split('/');
      return tops.includes(first) || rooms.includes(first) || /\.(ts|cpp|h)$/.test(word);
    });
}

for (const page of pages) {
  test(`${page}: every file and folder that it names is there`, () => {
    const missing = pathsIn(page).filter((path) => !isThere(path));
    assert.deepEqual(missing, []);
  });

  test(`${page}: every link leads somewhere`, () => {
    const links = [...prose(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)];
    const broken = links
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, dirname(page), target)));
    assert.deepEqual(broken, []);
  });
}

test('files and links are found at all', () => {
  assert.ok(pathsIn('docs/architecture.md').length > 20);
  assert.ok(pathsIn('docs/security.md').includes('checkpoint/archive.cpp'));
});

test('no paragraph stands in two documents', () => {
  const seen = new Map<string, string>();
  const twice: string[] = [];
  for (const page of pages) {
    for (const paragraph of prose(page).split(/\n{2,}|\n(?=[*|] )/)) {
      const words = paragraph.replace(/[\s*|]+/g, ' ').trim();
      if (words.length < 100) continue;
      if (seen.has(words)) twice.push(`${seen.get(words)}, ${page}: ${words.slice(0, 60)}`);
      seen.set(words, page);
    }
  }
  assert.deepEqual(twice, []);
});

test('the README is a page, and has no table of flags', () => {
  const readme = textOf('README.md');
  assert.ok(readme.split('\n').length <= 100);
  assert.doesNotMatch(readme, /^\| `?--?[a-z]/m);
});

test('the ways of sigma and of an image lead through at most 12 files each, in order', () => {
  const ways = [
    ...textOf('docs/architecture.md').matchAll(
      /^\*\*The way of (.+?)\*\*.*\n\n((?:\d+\. .+\n)+)/gm,
    ),
  ];
  assert.deepEqual(
    ways.map(([, of]) => of),
    ['`--sigma 2`', 'an image'],
  );
  for (const [, , steps = ''] of ways) {
    const files = [...steps.matchAll(/^(\d+)\. `([^`]+)`: /gm)];
    assert.deepEqual(
      files.map(([, number]) => Number(number)),
      files.map((_, index) => index + 1),
    );
    assert.equal(files.length, steps.trim().split('\n').length);
    assert.ok(files.length > 5 && files.length <= 12);
    for (const [, , file = ''] of files) assert.ok(existsSync(join(root, file)), file);
  }
});
