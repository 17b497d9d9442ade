// What is made of the table of options names the same options, choices and defaults: --help, completion, the
// manual, docs/flags.md, the schema of recipes, and the keys that C++ reads.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type CommandName, choicesOf, type Entry, longFlag, optionsOf, rowsOf } from 'rdm-ssl';
import * as z from 'zod';
import { completionScript } from '../../dist/cli/commands/completion.js';
import { createProgram } from '../../dist/cli/main.js';
import {
  resolveEmbed,
  resolveFeatures,
  resolveKnn,
  resolvePredict,
  resolveProbe,
  resolveScore,
  resolveSpectrum,
} from '../../dist/options/looking.js';
import { resolveFinetune, resolveLincls, resolvePretrain } from '../../dist/options/runs.js';
import { readers } from '../../dist/options/table/row.js';
import { flagSchemas } from '../../dist/recipes/schema.js';
import { commandAt } from '../support/commands.js';
import { root, run } from '../support/rdm.js';

const commands: CommandName[] = [
  ...([
    'pretrain',
    'lincls',
    'finetune',
    'knn',
    'spectrum',
    'map',
    'embed',
    'score',
    'compare',
    'probe',
    'predict',
  ] as const),
  ...(['search', 'duplicates', 'inspect', 'export'] as const),
  ...(['report', 'watch', 'data fetch', 'data synthesize', 'data info', 'data check'] as const),
  ...(['data stats', 'data pack', 'sweep'] as const),
  ...(['recipes list', 'recipes show', 'setup', 'doctor', 'runs list', 'runs best'] as const),
];

const flagsOf = (command: CommandName) => rowsOf(command).filter(({ row }) => row.flags);
const choices = ({ row }: Entry) => choicesOf(row.type)?.map(String);
const long = ({ row }: Entry) => longFlag(row);

/** The default as --help and the documents write it. */
function initial({ row }: Entry, command: CommandName): string | undefined {
  if (row.defaultText) return row.defaultText;
  if (row.recorded && command !== 'pretrain') return undefined;
  const { per } = { per: undefined, ...(row.default as { per?: Record<string, unknown> }) };
  const value = per ? per[command] : row.default;
  if (value === undefined || typeof value === 'function') return undefined;
  return Array.isArray(value) ? value.join(',') : JSON.stringify(value);
}

for (const command of commands) {
  test(`rdm ${command}: --help has every row, its choices and its default`, () => {
    const found = commandAt(...command.split(' '));
    const help = found.createHelp();
    const shown = help.visibleOptions(found);
    const names = shown.map(({ long }) => long).filter((name) => name !== '--help');
    assert.deepEqual(names.sort(), flagsOf(command).map(long).sort());
    for (const entry of flagsOf(command)) {
      const option = shown.find((candidate) => candidate.long === long(entry));
      assert.ok(option);
      const text = help.optionDescription(option);
      for (const choice of choices(entry) ?? []) assert.ok(text.includes(choice), text);
      const value = initial(entry, command);
      assert.equal(text.includes('(default: '), value !== undefined, text);
      if (value !== undefined) assert.ok(text.includes(`(default: ${value})`), text);
    }
  });
}

test('completion offers the choices of every flag of every command, and of no other', () => {
  const known = (['pretrain', 'lincls'] as const).map((command) => ({
    name: `a/${command}`,
    command,
  }));
  const script = completionScript(createProgram(), 'bash', known);
  const offered = new Map<string, string>();
  for (const [, patterns = '', words = ''] of script.matchAll(
    /^ +('rdm [^)]*)\) COMPREPLY=\(\$\(compgen -W '([^']*)'/gm,
  )) {
    for (const pattern of patterns.split('|')) offered.set(pattern.slice(1, -1), words);
  }
  for (const command of commands) {
    for (const entry of flagsOf(command).filter(({ row }) => row.type.kind !== 'switch')) {
      const key = `rdm ${command} ${long(entry)}`;
      const words = long(entry) === '--recipe' ? [`a/${command}`] : (choices(entry) ?? []);
      assert.equal(offered.get(key), words.join(' '), key);
    }
  }
});

const roff = (text: string) => text.replaceAll('-', '\\-');

test('the manual has the flag, the text and the default of every row', () => {
  const page = readFileSync(join(root, 'man/rdm.1'), 'utf8');
  for (const command of commands) {
    const [, section = ''] = page.split(`.SS rdm ${roff(command)}\n`);
    const own = section.split('\n.SS ')[0] ?? '';
    for (const entry of flagsOf(command)) {
      const value = initial(entry, command);
      const text = entry.row.help + (value === undefined ? '' : ` (default: ${value})`);
      assert.ok(own.includes(`.B ${roff(entry.row.flags)}\n${roff(text)}\n`), long(entry));
    }
  }
});

test('docs/flags.md is what the table makes of it: npm run docs:flags', async () => {
  const { code, stdout, stderr } = await run(process.execPath, [
    'scripts/docs/flags.mjs',
    '--print',
  ]);
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(join(root, 'docs/flags.md'), 'utf8'), stdout);
  for (const command of commands) {
    const section = stdout.split('\n## ').find((text) => {
      const [heading = ''] = text.split('\n');
      return heading.split(', ').includes(`rdm ${command}`);
    });
    for (const { row } of flagsOf(command)) {
      assert.ok(section?.includes(`\`${row.flags.replaceAll('|', '\\|')}\``), row.flags);
    }
  }
});

for (const command of ['pretrain', 'lincls'] as const) {
  test(`a recipe of ${command} holds what the library takes, with its choices`, () => {
    const { shape } = flagSchemas[command];
    const entries = optionsOf(command).filter(({ row }) => row.flags);
    const names = entries.map((entry) => long(entry).slice(2));
    assert.deepEqual(Object.keys(shape).sort(), names.sort());
    for (const entry of entries.filter(({ row }) => row.type.kind === 'choice')) {
      const schema = z.toJSONSchema(shape[long(entry).slice(2)] as z.ZodType) as {
        enum?: string[];
        type?: string;
      };
      if (schema.type === 'integer') continue; // a choice of numbers: its check is resolve's
      assert.deepEqual(schema.enum, choices(entry), long(entry));
    }
  });
}

/** What C++ reads: `reader.read("key", …)`, where it is of a few also these: `{{"one", One}, {"two", Two}}`. */
function keysOfNative(): Map<string, string[][]> {
  const read = new Map<string, string[][]>();
  const files = [
    'distributed/options.h',
    'methods/options.h',
    'optim/options.h',
    'evaluate/score.h',
    'evaluate/probe.h',
    'evaluate/predict.h',
  ].concat(readdirSync(join(root, 'native/options')).map((name) => `options/${name}`));
  for (const file of files) {
    const text = readFileSync(join(root, 'native', file), 'utf8');
    for (const [, key = '', rest = ''] of text.matchAll(
      /(?:reader\.(?:read|positive|list|dictionary)\(|read_channels\(reader,)\s*"(\w+)"([^;]*)\)/g,
    )) {
      const names = [...rest.matchAll(/\{"([^"]+)",/g)].map(([, name = '']) => name);
      read.set(key, [...(read.get(key) ?? []), names]);
    }
  }
  return read;
}

/** The keys of all jobs' options, as they are sent. */
function keysSent(): Set<string> {
  const data = 'images';
  const checkpoint = 'x.pth.tar';
  const place = { rank: 0, worldSize: 2, host: 'here', port: 1, backend: 'gloo' } as const;
  const pretrain = resolvePretrain({ data, process: place, device: 'cpu' });
  const small = { method: 'dino', cropSize: 32, crops: ['2x32', '4x16'] } as const;
  const { smallCrops } = resolvePretrain({ data, ...small, crops: [...small.crops] });
  const knn = resolveKnn({ data });
  const dictionaries: object[] = [
    pretrain,
    ...[pretrain.process ?? {}, ...pretrain.views, ...smallCrops, knn, ...knn.votes],
    resolveLincls({ data }),
    resolveFinetune({ data, checkpoint }),
    ...[resolveSpectrum, resolveFeatures, resolveScore, resolveProbe, resolvePredict].map((of) =>
      of({ data, checkpoint }),
    ),
    resolveEmbed({ data, pretrained: checkpoint, output: 'x.npy' }).resolved,
  ];
  return new Set(dictionaries.flatMap((dictionary) => Object.keys(dictionary)));
}

test('C++ reads the keys that are sent, and no other', () => {
  assert.deepEqual([...keysOfNative().keys()].sort(), [...keysSent()].sort());
});

/** Keys that C++ reads as a text or a number, and where it tells the names apart. */
const elsewhere: Record<string, string[]> = {
  arch: ['models/resnet.cpp', 'models/vit.cpp'],
  stemPadding: [],
  patchSize: [],
  device: ['device/device.cpp'],
  predType: ['spectral/spec.cpp'],
  predLocation: ['spectral/spec.cpp'],
  filterSource: ['spectral/spec.cpp'],
  filterSolver: ['spectral/spec.cpp'],
};
const implied = ['mlp', 'auto']; // no filter; whatever device there is

test('C++ knows the choices of the table', () => {
  const read = keysOfNative();
  const named = new Map<string, string[][]>();
  for (const command of readers) {
    for (const entry of optionsOf(command)) {
      const known = choices(entry);
      if (!known || !read.has(entry.name) || entry.name in elsewhere) continue;
      named.set(entry.name, [...(named.get(entry.name) ?? []), known]);
    }
  }
  for (const [name, lists] of named) {
    for (const list of lists) {
      const found = (read.get(name) ?? []).map((names) => [...names].sort().join());
      assert.ok(found.includes([...list].sort().join()), `${name}: ${found.join(' or ')}`);
    }
  }
  for (const entry of optionsOf('pretrain').filter(({ name }) => elsewhere[name]?.length)) {
    const files = elsewhere[entry.name] ?? [];
    const text = files.map((file) => readFileSync(join(root, 'native', file), 'utf8')).join();
    for (const name of choices(entry) ?? []) {
      assert.ok(implied.includes(name) || text.includes(`"${name}"`), `${entry.name}: ${name}`);
    }
  }
});
