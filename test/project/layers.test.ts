// Folder = layer: includes and imports point only down (docs/architecture.md); no folder and no file out of size.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import test from 'node:test';
import { root } from '../support/rdm.js';

// A folder may use itself and every folder of the rows before its own.
const nativeLayers = [
  ['base'],
  ['pickle', 'data/lists', 'data/pixels', 'spectral', 'optim', 'distributed'],
  ['data/jpeg', 'data/shards', 'formats', 'layers'],
  ['data/codecs'],
  ['data/datasets', 'checkpoint', 'vectors'],
  ['data/loading', 'data/subsets', 'models'],
  ['losses'],
  ['methods'],
  ['options'],
  ['device', 'judging'],
  ['run'],
  ['lens'],
  ['evaluate'],
  ['train', 'tools'],
  ['supervised'],
  ['addon', 'opener'],
];

const scriptLayers = [
  ['base'],
  ['types'],
  ['native', 'options/table'],
  ['options'],
  ['run'],
  ['recipes', 'datasets', 'doctor', 'vectors'],
  ['setup'],
  ['report/browser'],
  ['report'],
  ['charts', 'runs'],
  ['sweep'],
  ['index'],
  ['cli/output'],
  ['cli/flags'],
  ['cli/launch'],
  ['cli/commands'],
  ['cli'],
];

/** Of a file without its extension, from the folder of all layers. */
const layerOf = (name: string) => (dirname(name) === '.' ? name : dirname(name));
const rankIn = (layers: string[][], layer: string) =>
  layers.findIndex((row) => row.includes(layer));

function files(folder: string, extension: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => extension.test(file))
    .map((file) => join(folder, file));
}

function matches(file: string, pattern: RegExp): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

test('C++ includes point only down', () => {
  for (const file of files('native', /\.(cpp|h)$/)) {
    const from = layerOf(relative('native', file));
    const rank = rankIn(nativeLayers, from);
    assert.notEqual(rank, -1, `${file}: the folder has no layer`);
    for (const include of matches(file, /^#include "([^"]+)"/gm)) {
      const to = layerOf(include);
      const down = from === to || rankIn(nativeLayers, to) < rank;
      assert.ok(down && rankIn(nativeLayers, to) >= 0, `${file} includes ${include}`);
    }
  }
});

const torch = /^#include <((?:torch|ATen|c10|caffe2)\/[^>]+)>/gm;

/** A file of native with all of ours that it includes, directly or not. */
function withIncludes(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const include of matches(file, /^#include "([^"]+)"/gm)) {
    withIncludes(join('native', include), found);
  }
  return found;
}

test('the addon sees no LibTorch, not even through a header, and it alone sees Node', () => {
  for (const file of files('native', /\.(cpp|h)$/)) {
    if (!file.startsWith('native/addon/')) {
      assert.ok(!matches(file, /^#include <([^>]+)>/gm).includes('napi.h'), file);
      continue;
    }
    for (const seen of withIncludes(file)) assert.deepEqual(matches(seen, torch), [], seen);
  }
});

test('a type of C++ has one definition: the linker takes any of two as the same', () => {
  const defined = new Map<string, string>();
  for (const file of files('native', /\.h$/)) {
    const [space = ''] = matches(file, /^namespace ([\w:]+) \{/gm);
    for (const name of matches(
      file,
      /^(?:struct|class|enum class) (\w+)(?: final)?(?: : .*)? \{/gm,
    )) {
      const whole = `${space}::${name}`;
      assert.equal(defined.get(whole), undefined, `${whole} in ${file}`);
      defined.set(whole, file);
    }
  }
  assert.ok(defined.size > 100);
});

test('data and base need no LibTorch', () => {
  for (const folder of ['native/base', 'native/pickle', 'native/data']) {
    for (const file of files(folder, /\.(cpp|h)$/)) {
      assert.deepEqual(matches(file, torch), [], file);
    }
  }
});

test('TypeScript imports point only down, and the command line sees only the library', () => {
  for (const file of files('src', /\.ts$/)) {
    const name = relative('src', file).replace(/\.ts$/, '');
    const from = layerOf(name);
    const rank = rankIn(scriptLayers, from);
    assert.notEqual(rank, -1, `${file}: the folder has no layer`);
    for (const specifier of matches(file, /(?:from |import\()'(\.[^']+)\.js'/g)) {
      const target = normalize(join(dirname(name), specifier));
      const to = layerOf(target);
      const down = from === to || rankIn(scriptLayers, to) < rank;
      assert.ok(down && rankIn(scriptLayers, to) >= 0, `${file} imports ${specifier}`);
      if (from.startsWith('cli') && !to.startsWith('cli')) assert.equal(target, 'index', file);
    }
  }
});

/** The files that a TypeScript or C++ file takes in, by their paths from the root. */
function takenIn(file: string): string[] {
  if (file.startsWith('native')) {
    return matches(file, /^#include "([^"]+)"/gm).map((include) => join('native', include));
  }
  return matches(file, /(?:from |import\()'(\.[^']+)\.js'/g).map((specifier) =>
    normalize(`${join(dirname(file), specifier)}.ts`),
  );
}

/** A way that leads back to its beginning; undefined where there is none. */
function circle(all: string[]): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of takenIn(file)) {
      const found = visit(next, [...way, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of all) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

test('no file takes itself in by a circle of imports or includes', () => {
  assert.equal(circle(files('src', /\.ts$/)), undefined);
  assert.equal(circle(files('native', /\.(cpp|h)$/)), undefined);
});

test('no folder has more than 25 files of code', () => {
  const counts: Record<string, number> = {};
  for (const file of ['src', 'native', 'test', 'scripts'].flatMap((top) =>
    files(top, top === 'scripts' ? /\.(mjs|py|sh)$|^[^.]+$/ : /\.(ts|mjs|cjs|py|cpp|h)$/),
  )) {
    if (!statSync(join(root, file)).isFile()) continue;
    counts[dirname(file)] = (counts[dirname(file)] ?? 0) + 1;
  }
  assert.ok((counts['src/run'] ?? 0) > 5);
  assert.deepEqual(
    Object.entries(counts).filter(([, count]) => count > 25),
    [],
  );
});

test('fewer than 15 TypeScript files of src have under 40 lines, and none only re-exports', () => {
  const sources = files('src', /\.ts$/);
  const text = (file: string) => readFileSync(join(root, file), 'utf8');
  const short = sources.filter((file) => text(file).split('\n').length <= 40);
  assert.ok(short.length < 15, short.join('\n'));
  const own = (file: string) =>
    text(file)
      .replace(/^(import|export (type )?(\*|\{))[^;]*;$|\/\/.*|\/\*[\s\S]*?\*\//gm, '')
      .trim();
  assert.deepEqual(
    sources.filter((file) => own(file) === ''),
    [],
  );
});
