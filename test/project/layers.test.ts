// Folder = layer: includes and imports point only down (docs/architecture.md).
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import test from 'node:test';
import { root } from '../support/rdm.js';

// A folder may use itself and every folder of the rows before its own.
const nativeLayers = [
  ['base'],
  ['pickle', 'data/pixels', 'spectral', 'optim', 'distributed'],
  ['data/jpeg'],
  ['data/codecs'],
  ['data/datasets', 'checkpoint'],
  ['data/loading', 'models'],
  ['methods'],
  ['options'],
  ['device'],
  ['run'],
  ['evaluate'],
  ['train', 'tools'],
  ['addon'],
];

const scriptLayers = [
  ['base'],
  ['types'],
  ['native'],
  ['options'],
  ['run'],
  ['recipes', 'datasets', 'doctor'],
  ['report/browser'],
  ['report'],
  ['charts'],
  ['index'],
  ['cli/flags'],
  ['cli/output'],
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

test('the addon sees no LibTorch, and it alone sees Node', () => {
  for (const file of files('native', /\.(cpp|h)$/)) {
    const includes = matches(file, /^#include <([^>]+)>/gm);
    const forbidden = file.startsWith('native/addon/') ? /^(torch|ATen|c10|caffe2)\// : /^napi\.h$/;
    assert.deepEqual(
      includes.filter((name) => forbidden.test(name)),
      [],
      file,
    );
  }
});

test('data and base need no LibTorch', () => {
  for (const folder of ['native/base', 'native/pickle', 'native/data']) {
    for (const file of files(folder, /\.(cpp|h)$/)) {
      const torch = matches(file, /^#include <((?:torch|ATen|c10|caffe2)\/[^>]+)>/gm);
      assert.deepEqual(torch, [], file);
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
