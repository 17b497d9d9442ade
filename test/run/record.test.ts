// run.json: enough to make a run again, and a history of its starts.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import {
  type PretrainOptions,
  pretrain,
  pretrainOptions,
  type RunRecord,
  type Summary,
} from 'rdm-ssl';
import { resolveLincls, resolvePretrain } from '../../dist/options/runs.js';
import { linclsLine, pretrainLine } from '../../dist/run/command-line.js';
import { hashListing } from '../../dist/run/listing.js';
import { commandAt } from '../support/commands.js';
import { dataset, scratch, small } from '../support/folders.js';
import { rdm, root, run } from '../support/rdm.js';

const records = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunRecord[];

test('a run records its command, versions, machine, seed and data; a resumed run adds to it', async () => {
  const output = scratch();
  const data = await dataset();
  const first = await rdm(['pretrain', ...small, '--epochs', '1', '--output', output, data]);
  assert.equal(first.code, 0, first.stderr);
  const [record, ...rest] = records(output);
  assert.equal(rest.length, 0);
  assert.ok(record);
  assert.equal(record.seed, 3);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  assert.equal(record.versions.rdm, version);
  assert.equal(record.versions.node, process.version);
  assert.match(record.versions.libtorch, /^2\.\d+/);
  assert.equal(record.machine.device, 'cpu');
  assert.equal(record.options.cropSize, 32);
  assert.equal(record.data.folder, data);
  assert.equal(record.data.listing?.files, 70);
  const head = await run('git', ['rev-parse', 'HEAD']); // where rdm() works
  assert.equal(record.commit, head.code === 0 ? head.stdout.trim() : null);

  const resume = join(output, 'checkpoint_0000.pth.tar');
  const flags = [...small, '--epochs', '2', '--resume', resume, '--output', output];
  assert.equal((await rdm(['pretrain', ...flags, data])).code, 0);
  const history = records(output);
  assert.equal(history.length, 2);
  assert.deepEqual(history[0], record);
  assert.match(history[1]?.command ?? '', /--resume \S+checkpoint_0000/);
});

test('the recorded command makes the same run', async () => {
  const data = await dataset();
  const [output, again] = [scratch(), scratch()];
  const options = {
    data,
    output,
    arch: 'resnet18',
    cropSize: 32,
    batchSize: 16,
    dim: 64,
    epochs: 1,
    lr: 0.1,
    seed: 5,
    printFreq: 1,
    device: 'cpu',
    workers: 2,
    predictor: { type: 'poly', location: 'target', sigma: -0.5 },
  } as const;
  const summary: Summary = await pretrain(options);
  const command = records(output)[0]?.command ?? '';
  const words = command.replaceAll(output, again).split(' ').slice(1);
  const { code, stderr } = await rdm(words);
  assert.equal(code, 0, stderr);
  const events = readFileSync(join(again, 'events.jsonl'), 'utf8').trim().split('\n');
  const last = JSON.parse(events.at(-1) ?? '') as Summary;
  assert.equal(last.loss, summary.loss);
});

function reparsed(line: string): Record<string, unknown> {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  const [, name = '', ...rest] = words;
  const command = commandAt(name).action(() => {});
  command.parse(rest, { from: 'user' });
  return { ...command.opts(), data: command.args[0] };
}

test('a command line reads as the options that it is made of', () => {
  const options: PretrainOptions = {
    data: '/data/some images',
    output: '/runs/a',
    method: 'byol',
    predictor: { type: 'poly', location: 'online', sigma: 2, keepNullSpace: true },
    optimizer: 'lars',
    zeroInitResidual: true,
    blurProb: [1, 0.1],
    jitter: [0.4, 0.4, 0.2, 0.1],
    dataset: 'cifar100',
    printFreq: 4,
  };
  const { line } = pretrainLine(options, 7);
  const { data, ...flags } = reparsed(line);
  assert.deepEqual(
    resolvePretrain({ ...pretrainOptions(flags), data: String(data) }),
    resolvePretrain({ ...options, seed: 7 }),
  );
});

test('switches that are on by default can be off in it', () => {
  const { line } = pretrainLine({ data: '/d', zeroInitResidual: false }, 0);
  assert.match(line, / --no-zero-init-residual /);
});

test('of linear evaluation too', () => {
  const options = {
    ...{ data: '/d', pretrained: '/a/b.pth.tar', lars: true },
    ...{ schedule: 'step' as const, lrSteps: [3, 5] },
  };
  const { line } = linclsLine({ ...options, output: '/o' }, 1);
  assert.match(line, /^rdm lincls /);
  const { data, learningRate: lr, ...flags } = reparsed(line);
  assert.deepEqual(
    resolveLincls({ ...flags, lr: Number(lr), data: String(data) }),
    resolveLincls({ ...options, output: '/o', seed: 1 }),
  );
});

const never = new AbortController().signal;

test('a listing is the hash of sorted paths and sizes', async () => {
  const folder = scratch();
  mkdirSync(join(folder, 'b'));
  writeFileSync(join(folder, 'b', 'two'), '22');
  writeFileSync(join(folder, 'a'), '1');
  symlinkSync(folder, join(folder, 'b', 'loop'));
  const sha256 = createHash('sha256').update('a\x001\nb/two\x002\n').digest('hex');
  assert.deepEqual(await hashListing(folder, never), { sha256, files: 2, bytes: 3 });
});

test('of an image folder, only the splits count', async () => {
  const folder = scratch();
  mkdirSync(join(folder, 'train', 'x'), { recursive: true });
  writeFileSync(join(folder, 'train', 'x', '1.jpg'), '1');
  const before = await hashListing(folder, never);
  assert.equal(before.files, 1);
  writeFileSync(join(folder, 'events.jsonl'), 'of a run that writes here');
  assert.deepEqual(await hashListing(folder, never), before);
  writeFileSync(join(folder, 'train', 'x', '1.jpg'), '22');
  assert.notEqual((await hashListing(folder, never)).sha256, before.sha256);
});

test('a run.json that is no record is kept, and said', async () => {
  const output = scratch();
  writeFileSync(join(output, 'run.json'), '{ "mine": true }');
  const { code, stderr } = await rdm(['pretrain', '--output', output, await dataset()]);
  assert.equal(code, 1);
  assert.match(stderr, /^rdm: .*run\.json is not the record of a run\n +move it away/);
  assert.equal(readFileSync(join(output, 'run.json'), 'utf8'), '{ "mine": true }');
});
