// Text of others steers no terminal: whatever a file, its name or a server says, what is printed holds no
// control character but the tab and the end of a line of rdm's own.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { printable, printableJson } from '../../dist/cli/output/print.js';
import { epochEnd, runFolder, start, step, summary } from '../support/events.js';
import { dataset, scratch, small } from '../support/folders.js';
import { records, zip } from '../support/hostile/archive.js';
import {
  call,
  checkpoint,
  dict,
  global,
  orderedDict,
  program,
  tensor,
  text,
} from '../support/hostile/pickle.js';
import { write } from '../support/hostile/write.js';
import { type Result, rdm, root } from '../support/rdm.js';

/** Clears the line above, sets the window's title, in both forms of an escape; ends the line; turns the text. */
const attack = '\u001b[1A\u001b[2K\u009b31m\u001b]0;owned\u0007\rsafe  yes\u202e\u200f\u2028';
/** A name that would begin a line of its own. */
const broken = `${attack}\nrdm: done`;

const steering = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function assertHarmless({ stdout, stderr }: Result, ...shown: RegExp[]): void {
  assert.doesNotMatch(stdout, steering);
  assert.doesNotMatch(stderr, steering);
  assert.doesNotMatch(`${stdout}${stderr}`, /^rdm: done/m);
  for (const line of shown) assert.match(`${stdout}${stderr}`, line);
}

let images: string;
before(async () => {
  images = await dataset();
});

/** The dataset with a class of this name, and in it a broken image whose name steers. */
function spoilt(className: string): string {
  const folder = join(scratch(), 'data');
  cpSync(images, folder, { recursive: true });
  for (const split of ['train', 'val']) {
    const name = join(folder, split, className);
    mkdirSync(name);
    const [other = ''] = readdirSync(join(folder, split));
    const [image = ''] = readdirSync(join(folder, split, other));
    cpSync(join(folder, split, other, image), join(name, image));
    writeFileSync(join(name, `bad ${broken}.jpg`), 'no image');
  }
  return folder;
}

function file(name: string, pickle: Buffer): string {
  const path = join(scratch(), name);
  write(path, zip(records(pickle)));
  return path;
}

test('one function makes text printable', () => {
  assert.equal(printable('a\tb \u001b[31m\u009b1m\n\u007f\u202e ü 貓'), 'a\tb ?[31m?1m??? ü 貓');
  assert.equal(printable('\u2028\u2029\u061c\u200e\u200f\u2066'), '??????');
  const value = { [attack]: broken };
  assert.doesNotMatch(printableJson(value), steering);
  assert.deepEqual(JSON.parse(printableJson(value)), value);
});

test('nothing is printed around it', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const printing = sources.filter(
    (name) =>
      name.endsWith('.ts') &&
      /console\.|std(out|err)\.write/.test(readFileSync(join(root, 'src', name), 'utf8')),
  );
  assert.deepEqual(printing.sort(), ['cli/output/print.ts', 'doctor/probe.ts']); // the latter into a pipe
});

test('inspect: names of tensors, globals and options', async () => {
  const path = file(
    'steers.pth',
    checkpoint({
      state_dict: orderedDict({ [`module.encoder.conv1.weight${broken}`]: tensor() }),
      arch: text(`resnet18${broken}`),
      rdm: dict({ [`key ${broken}`]: text(broken), version: text(broken), command: text(broken) }),
    }),
  );
  assertHarmless(
    await rdm(['inspect', '--tensors', path]),
    /conv1\.weight\?\[1A/,
    /^ {2}key \?\[1A/m,
  );
  const { stdout } = await rdm(['inspect', '--tensors', path, '--json']);
  assert.doesNotMatch(stdout, steering);
  assert.match(JSON.parse(stdout).tensors[0].name, /\n/);
});

test('inspect: a refused global cannot repaint the line that tells of it', async () => {
  const evil = call(global(`os.system${attack.replaceAll('\r', '')}`), text('id'));
  const result = await rdm(['inspect', '--tensors', file('evil.pth', program(dict({ evil })))]);
  assert.equal(result.code, 1);
  assertHarmless(result, /^safe +NO: it asks for os\.system\?\[1A/m);
});

test('inspect: names, types and metadata of safetensors', async () => {
  const safetensors = (header: object) => {
    const path = join(scratch(), 'a.safetensors');
    const bytes = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    writeFileSync(path, Buffer.concat([length, bytes, Buffer.alloc(8)]));
    return path;
  };
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const metadata = { [broken]: broken };
  const named = safetensors({ [`a${broken}`]: entry, __metadata__: metadata });
  assertHarmless(await rdm(['inspect', '--tensors', named]), /a\?\[1A/);
  const typed = safetensors({ a: { ...entry, dtype: `F32${broken}` } });
  assertHarmless(await rdm(['inspect', '--tensors', typed]), /^rdm: cannot load/m);
});

test('a recorded folder that options are taken from', async () => {
  const path = file('recorded.pth', checkpoint({ rdm: dict({ data: text(`/gone${broken}`) }) }));
  assertHarmless(await rdm(['knn', '--pretrained', path]), /the checkpoint records "\/gone/);
});

test('bad images and classes: data info, data check, pretrain', async () => {
  const refused = await rdm(['data', 'info', spoilt(`class ${broken}`)]);
  assertHarmless(refused, /^rdm: a class name that cannot be shown.*class \?\[1A/m);
  const data = spoilt('odd');
  const check = await rdm(['data', 'check', data]);
  assertHarmless(check, /bad \?\[1A.*\.jpg\t/);
  assert.equal(check.stdout.trimEnd().split('\n').length, 2);
  const run = ['pretrain', ...small, '-b', '10', '--epochs', '1', '--output', scratch(), data];
  assertHarmless(await rdm([...run, '--on-bad-image', 'stop']), /^rdm: .*bad \?\[1A/m);
});

test('watch --terminal: every text of an event', async () => {
  const folder = runFolder([
    { ...start, method: broken, arch: broken, device: broken, resumed: broken, pretrained: broken },
    step(0, 0, 0.5),
    { type: 'warning', code: broken, message: broken, time: start.time },
    { type: 'checkpoint', path: broken, epoch: 1, best: false, time: start.time },
    { type: 'sanity_check', checkpoint: broken, time: start.time },
    epochEnd(0, 0.5),
    { ...summary, checkpoint: broken },
  ]);
  const result = await rdm(['watch', folder, '--terminal']);
  assert.equal(result.code, 0);
  assert.doesNotMatch(`${result.stdout}${result.stderr}`, steering);
  assert.match(result.stderr, /^rdm: warning: \?\[1A/m);
});

test('the status of an HTTP server', async () => {
  const answer = `HTTP/1.1 404 ${attack.replaceAll('\r', '')}\r\nContent-Length: 0\r\n\r\n`;
  const server = createServer((socket) => socket.end(Buffer.from(answer, 'latin1')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/a`;
  const result = await rdm(['data', 'fetch', 'cifar10', scratch(), '--url', url]);
  server.close();
  assertHarmless(result, /^rdm: .*answered 404 \?\[1A/m);
});

test('a recipe, a file that is not there, a flag', async () => {
  const recipe = join(scratch(), 'a.yaml');
  const quoted = JSON.stringify(attack);
  const head = `description: ${quoted}\ncommand: pretrain\nflags:\n`;
  writeFileSync(recipe, `${head}  output: ${quoted}\n`);
  assertHarmless(await rdm(['recipes', 'show', recipe]), /^description: /m);
  writeFileSync(recipe, `${head}  ${quoted}: 1\n`);
  assertHarmless(await rdm(['recipes', 'check', recipe]), /^error +.*unknown flag '\?\[1A/m);
  assertHarmless(
    await rdm(['inspect', '--tensors', join(scratch(), broken)]),
    /^rdm: no such checkpoint: .*\?\[1A/m,
  );
  assertHarmless(await rdm(['report', join(scratch(), broken)]), /^rdm: no folder .*\?\[1A/m);
  assertHarmless(await rdm(['pretrain', `--${broken}`]), /^rdm: unknown option '--\?\[1A/m);
});
