// docs/troubleshooting.md has every message that the sources can raise, and no other.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type Message, messages } from '../support/messages.js';
import { root } from '../support/rdm.js';

/** Messages that no user meets, and why. */
const unmet: [belongs: (message: Message) => boolean, why: string][] = [
  [({ code }) => code === 'internal', 'a bug'],
  [({ file }) => file.startsWith('native/base/dictionary_reader'), 'TypeScript sends every key'],
  [({ file }) => file === 'native/options/options.cpp', 'TypeScript has refused it before'],
  [
    ({ parts }) => parts[0] === 'the batch size must be at least 1, not',
    'TypeScript refuses a batch size below 1',
  ],
  [({ file }) => file === 'native/models/resnet.cpp', 'TypeScript refuses an unknown name'],
  [({ file }) => file === 'native/models/vit.cpp', 'TypeScript refuses such a crop'],
  [({ parts }) => parts.at(-1)?.startsWith('is an online filter') === true, 'likewise'],
];

/** Rows of messages that a function puts together, so that no throw has their words. */
const composed = [
  'FILE: REASON',
  'PATH, at byte N: REASON',
  'PATH, at byte N: NAME: REASON',
  'FILE, line N, column N: REASON',
  'the loss is VALUE at epoch N, step N (learning rate R)',
  'the gradient is not finite at epoch N, step N, where the loss is VALUE (learning rate R)',
  'the weights or their momentum are not finite after step N of epoch N',
  'CUDA out of memory. Tried to allocate SIZE',
];

const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const documented = [...page.matchAll(/^\| (`+)(.+?)\1 \|/gm)].map(([, , text = '']) => text);

/** Whether the parts stand in the text, in their order. */
function holds(text: string, parts: string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}

const all = messages();

test('the messages of both halves are found', () => {
  const count = (folder: string) => all.filter(({ file }) => file.startsWith(folder)).length;
  assert.ok(count('src/') >= 30 && count('native/') >= 50, `${all.length}`);
  const batch = all.find(({ parts }) => parts[0] === 'fewer images than a batch:');
  assert.deepEqual(batch?.parts, ['fewer images than a batch:', 'in', ', the batch size is']);
});

for (const message of all) {
  const { file, parts } = message;
  if (parts.length === 0 || unmet.some(([belongs]) => belongs(message))) continue;
  test(`documented: ${parts.join(' … ')} (${file})`, () => {
    assert.ok(documented.some((text) => holds(text, parts)));
  });
}

test('every row is of a message that is there', () => {
  const known = all.filter(({ parts }) => parts.length > 0);
  const stale = documented.filter(
    (text) => !composed.includes(text) && !known.some(({ parts }) => holds(text, parts)),
  );
  assert.deepEqual(stale, []);
});

test('every reason to leave a message out has one', () => {
  for (const [belongs, why] of unmet) assert.ok(all.some(belongs), why);
});
