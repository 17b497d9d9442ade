// Recipes under a small coverage-guided fuzzer of its own: V8 tells which blocks of the code ran, and an
// input that ran a new one is kept to be changed further. Asking V8 takes as long as a hundred inputs, so
// they are run in batches, which are halved until the input is found. Prints {executions, edges, new, crashes}.
//   node test/fuzz/recipe.mjs SECONDS FOUND CRASHES SEEDS…
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { parseRecipe } from '../../dist/recipes/parse.js';

const [, , seconds, found, crashFolder, ...seedFolders] = process.argv;
const maxLength = 8192;
const maxMicroseconds = 2_000_000; // of the processor
const watched = /\/(yaml\/|dist\/recipes\/|dist\/options\/|dist\/flags)/;
const tokens = [
  ...[
    '&a ',
    '*a',
    '<<: ',
    '!!map ',
    '!!binary ',
    '!x ',
    '[',
    ']',
    '{',
    '}',
    '- ',
    ': ',
    '? ',
    '|\n',
  ],
  ...['>-\n', '# ', '%YAML 1.1\n', '---\n', '...\n', "'", '"', '\\u0000', '\n', '\n  ', '\t', ','],
  ...['.inf', '.nan', '1e999', '0x1F', '-0', 'null', '~', 'true', '2001-01-01', '__proto__: '],
  ...[
    'constructor: ',
    'toString',
    'command: pretrain\n',
    'flags:\n',
    'description: x\n',
    'sigma: 1\n',
  ],
];

const session = new Session();
session.connect();
const post = (method, parameters) => {
  let answer;
  session.post(method, parameters, (error, result) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
};
post('Profiler.enable');
post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

let state = 1;
/** A whole number below `limit`, the same sequence every time (mulberry32). */
function below(limit) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % limit;
}
const one = (list) => list[below(list.length)];

const edges = new Set();
/** The blocks that ran since the last call and never before. */
function newEdges() {
  const out = [];
  for (const { scriptId, url, functions } of post('Profiler.takePreciseCoverage').result) {
    if (!watched.test(url)) continue;
    for (const { startOffset, endOffset, count } of functions.flatMap(({ ranges }) => ranges)) {
      const edge = `${scriptId}:${startOffset}:${endOffset}`;
      if (count > 0 && !edges.has(edge)) out.push(edge);
    }
  }
  return out;
}

const named = (folder, text) =>
  join(folder, createHash('sha1').update(text).digest('hex').slice(0, 16));
const corpus = [];
let executions = 0;
let crashes = 0;
function execute(text) {
  executions += 1;
  const begin = process.cpuUsage();
  let crash = '';
  try {
    parseRecipe('fuzz', 'fuzz.yaml', text);
  } catch (error) {
    if (error.code !== 'bad_recipe' || error.name !== 'RdmError') crash = `${error.stack}`;
  }
  const { user, system } = process.cpuUsage(begin);
  if (user + system > maxMicroseconds) crash ||= `took ${user + system} microseconds`;
  if (crash) {
    crashes += 1;
    writeFileSync(named(crashFolder, text), text);
    console.error(crash.split('\n').slice(0, 4).join('\n'));
  }
}

/** Keeps those inputs of a batch that run new blocks. */
function explore(batch, keep) {
  for (const text of batch) execute(text);
  const reached = newEdges();
  if (reached.length === 0) return;
  if (batch.length > 1) {
    explore(batch.slice(0, batch.length / 2), keep);
    explore(batch.slice(batch.length / 2), keep);
    return;
  }
  for (const edge of reached) edges.add(edge);
  corpus.push(batch[0]);
  keep(batch[0]);
}

const changes = [
  (text, at) => text.slice(0, at) + one(tokens) + text.slice(at),
  (text, at) => text.slice(0, at) + one(tokens).repeat(1 + below(200)) + text.slice(at),
  (text, at) => text.slice(0, at) + text.slice(at + 1 + below(20)),
  (text, at) => text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1),
  (text, at) => text.slice(0, at) + one(corpus).slice(below(200)),
  (text, at) => text.slice(0, at) + text.slice(at, at + 40).repeat(1 + below(20)) + text.slice(at),
];
function mutated() {
  let text = one(corpus);
  for (let i = 0; i <= below(4); i++) text = one(changes)(text, below(text.length + 1));
  return text.slice(0, maxLength);
}

for (const folder of seedFolders) {
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  for (const text of texts.sort()) explore([text], () => {});
}
const first = edges.size;
const end = Date.now() + seconds * 1000;
while (Date.now() < end && crashes < 20) {
  explore(Array.from({ length: 256 }, mutated), (text) => writeFileSync(named(found, text), text));
}
console.log(JSON.stringify({ executions, edges: edges.size, new: edges.size - first, crashes }));
