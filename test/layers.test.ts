// Folder = layer: includes and imports point only down (docs/architecture.md).
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import test from 'node:test';
import { root } from './support/rdm.js';

// A folder may include itself and every layer before its own.
const nativeLayers = [
  ['base'],
  ['spectral', 'data', 'optim', 'checkpoint', 'distributed'],
  ['models'],
  ['methods'],
  ['train', 'tools'],
  ['addon'],
];

// A file may import every layer before its own.
const scriptLayers = [
  ['types/choices', 'errors'],
  ['datasets', 'events', 'options', 'report', 'results'].map((name) => `types/${name}`),
  ['types/flags', 'types/doctor'],
  ['types/recipes'],
  ['types'],
  ['native', 'event-log', 'download', 'options/checks', 'options/defaults'],
  ['options/process', 'options/predictor', 'options/views'],
  ['options/common'],
  ['options', 'checkpoints', 'follow', 'flags', 'verdict', 'tensorboard'],
  ['recipes/schema', 'recipes/files'],
  ['recipes/parse', 'recipes/check', 'recipes/resolved'],
  ['judged', 'probe', 'doctor'],
  ['listing', 'command-line'],
  ['record'],
  ['report/log', 'report/text', 'report/style', 'report/browser'],
  ['report/runs', 'report/follow'],
  ['report/series'],
  ['report/figure'],
  ['report/overlay', 'report/svg', 'report/csv'],
  ['report/time', 'report/overview'],
  ['report/figures'],
  ['report/page'],
  ['report/write', 'report/server'],
  ['report'],
  [
    ...['jobs', 'datasets', 'fetch', 'recipes', 'verify-resume'],
    ...['charts/render', 'charts/page', 'charts/png'],
  ],
  ['embed', 'charts'],
  ['index'],
  [
    ...['cli/signals', 'cli/flags/parse', 'cli/flags/table', 'cli/flags/recipe', 'cli/write'],
    ...['output', 'terminal', 'units', 'table', 'launch'].map((name) => `cli/output/${name}`),
  ],
  ['model', 'training', 'data', 'processes', 'neighbours', 'layer', 'map'].map(
    (name) => `cli/flags/${name}`,
  ),
  ['cli/flags/machine'],
  ['cli/flags', 'cli/output/verdict'],
  ['cli/output/messages'],
  ['variables', 'rank', 'checkpoints'].map((name) => `cli/launch/${name}`),
  ['torchrun', 'slurm', 'child'].map((name) => `cli/launch/${name}`),
  ['place', 'forward'].map((name) => `cli/launch/${name}`),
  ['plan', 'follow'].map((name) => `cli/launch/${name}`),
  ['cli/launch/start'],
  ['cli/launch'],
  [
    'cli/processes',
    'cli/output/lines',
    'cli/output/dataset',
    'cli/output/doctor',
    'cli/output/recipes',
    'cli/output/json',
    'cli/output/silent',
    'cli/output/progress',
    'cli/output/inspect',
    'cli/output/export',
  ],
  ['cli/output/spinner', 'cli/output/judge', 'cli/output/verify-resume'],
  ['cli/output/knn', 'cli/output/spectrum'],
  ['cli/output/open'],
  ['cli/run', 'cli/completion'],
  ['cli/commands'],
  ['cli/main'],
];

const rankIn = (layers: string[][], name: string) =>
  layers.findIndex((layer) => layer.some((entry) => name === entry || dirname(name) === entry));

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
    const from = file.split('/')[1] ?? '';
    const rank = rankIn(nativeLayers, from);
    assert.notEqual(rank, -1, `${file}: the folder has no layer`);
    for (const include of matches(file, /^#include "([^"]+)"/gm)) {
      const to = include.split('/')[0] ?? '';
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
  for (const folder of ['native/base', 'native/data']) {
    for (const file of files(folder, /\.(cpp|h)$/)) {
      const torch = matches(file, /^#include <((?:torch|ATen|c10|caffe2)\/[^>]+)>/gm);
      assert.deepEqual(torch, [], file);
    }
  }
});

test('TypeScript imports point only down, and the command line sees only the library', () => {
  for (const file of files('src', /\.ts$/)) {
    const from = relative('src', file).replace(/\.ts$/, '');
    const rank = rankIn(scriptLayers, from);
    assert.notEqual(rank, -1, `${file} has no layer`);
    for (const specifier of matches(file, /(?:from |import\()'(\.[^']+)\.js'/g)) {
      const to = normalize(join(dirname(from), specifier));
      assert.ok(rankIn(scriptLayers, to) < rank, `${file} imports ${specifier}`);
      if (from.startsWith('cli/') && !to.startsWith('cli/')) assert.equal(to, 'index', file);
    }
  }
});
