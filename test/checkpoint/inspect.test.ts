// rdm inspect: what a checkpoint holds, of any writer, and whether it is safe.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type CheckpointInfo, inspectCheckpoint, pretrain } from 'rdm-ssl';
import { dataset, scratch } from '../support/folders.js';
import { records, zip } from '../support/hostile/archive.js';
import {
  checkpoint,
  group,
  int,
  list,
  optimizer,
  raw,
  real,
  text,
  yes,
} from '../support/hostile/pickle.js';
import { write } from '../support/hostile/write.js';
import { rdm, root } from '../support/rdm.js';

const fixture = (name: string) => join(root, 'test/checkpoints', name);

test('a checkpoint of BYOL: networks, run, optimiser, every tensor', async () => {
  const { checkpoint } = await pretrain({
    ...{
      data: await dataset(),
      output: scratch(),
      arch: 'resnet18',
      method: 'byol',
      stem: 'cifar',
    },
    ...{ cropSize: 16, batchSize: 10, imagesPerClass: 1, epochs: 1, device: 'cpu', workers: 1 },
    ...{ dim: 8, projHiddenDim: 24, predDim: 16 },
  });
  assert.ok(checkpoint);
  const info = await inspectCheckpoint(checkpoint);
  const { arch, stem, branches, projector, epoch, safe, refused, format } = info;
  assert.deepEqual(
    { arch, stem, branches, projector, epoch, safe, refused, format },
    {
      ...{ arch: 'resnet18', stem: 'cifar', branches: ['online', 'momentum'], epoch: 1 },
      ...{ projector: [512, 24, 8], safe: true, refused: [], format: 'torch' },
    },
  );
  assert.equal(info.rdm?.method, 'byol');
  assert.ok(info.optimizer && info.optimizer.tensors > 60);
  assert.deepEqual(info.globals, [
    'collections.OrderedDict',
    'torch.FloatStorage',
    'torch.LongStorage',
    'torch._utils._rebuild_tensor_v2',
  ]);
  const { code, stdout } = await rdm(['inspect', '--tensors', checkpoint]);
  assert.equal(code, 0);
  const brief = await rdm(['inspect', checkpoint]);
  assert.ok(stdout.endsWith(brief.stdout), 'what is short comes last');
  assert.match(brief.stdout, /\n\nformat .*\n(.+\n)+safe .*\n$/);
  assert.doesNotMatch(brief.stdout, /conv1.weight/);
  for (const line of [
    /^kind +byol$/m,
    /^written by +rdm [\d.]+ pretrain$/m,
    /^architecture +resnet18, cifar stem$/m,
    /^branches +online, momentum$/m,
    /^projector +512 → 24 → 8$/m,
    /^safe +yes: nothing was run; the pickle names collections.OrderedDict, /m,
    /^ {2}batchSize +10$/m,
    /^module.momentum_encoder.conv1.weight +64 × 3 × 3 × 3 +float32$/m,
    /^module.encoder.bn1.num_batches_tracked +scalar +int64$/m,
  ]) {
    assert.match(stdout, line);
  }
});

const foreign: [file: string, expected: Partial<CheckpointInfo>][] = [
  ['simsiam.pth', { kind: 'simsiam', arch: 'resnet18', epoch: 3, branches: ['online'] }],
  ['lincls.legacy.pth', { kind: 'lincls', epoch: 12, bestAcc1: 67.5 }],
  ['solo.pth', { kind: 'lightning', epoch: 399, branches: ['online', 'momentum'] }],
  ['torchvision.legacy.pth', { kind: 'torchvision', epoch: null, optimizer: null, rdm: null }],
  ['tensors.pth', { kind: 'other', arch: null, branches: [], projector: null }],
];

for (const [file, expected] of foreign) {
  test(`${file}, of another program, is told as what it is`, async () => {
    const info: CheckpointInfo = await inspectCheckpoint(fixture(file));
    for (const [key, value] of Object.entries(expected)) {
      assert.deepEqual(info[key as keyof CheckpointInfo], value, key);
    }
    assert.ok(info.safe);
    const { code, stdout } = await rdm(['inspect', '--json', fixture(file)]);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), info);
  });
}

test('a file that would run a command is named as such, exit 1, and nothing runs', async () => {
  const { code, stdout } = await rdm(['inspect', fixture('hostile.pth')]);
  assert.equal(code, 1);
  assert.match(stdout, /^safe +NO: it asks for posix.system; nothing was run; /m);
  assert.ok(!existsSync(join(root, 'rdm-was-here')));
});

test('a safetensors file that is cut short says so', async () => {
  const path = join(scratch(), 'short.safetensors');
  writeFileSync(path, Buffer.concat([Buffer.from([99, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a"')]));
  const { code, stderr } = await rdm(['inspect', path]);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `rdm: cannot load ${path}: its header is cut short\n     Copy it again, if it is a safetensors file.\n`,
  );
});

test('what is not of its kind is told as unknown, and nothing breaks', async () => {
  for (const wrong of [text('0.1'), list(int(1)), yes, raw('}'), raw('N')]) {
    const path = join(scratch(), 'odd.pth');
    const entries = {
      ...{ epoch: list(wrong), arch: list(wrong), rdm: list(wrong), best_acc1: list(wrong) },
      optimizer: optimizer({ param_groups: list(group({ lr: wrong })) }),
    };
    write(path, zip(records(checkpoint(entries))));
    const { arch, epoch, rdm: record, bestAcc1, optimizer: told } = await inspectCheckpoint(path);
    assert.deepEqual([arch, epoch, record, bestAcc1, told?.lr], [null, null, null, null, null]);
    const { code, stdout } = await rdm(['inspect', path]);
    assert.equal(code, 0);
    assert.match(stdout, /^optimizer +1 group, lr unknown, 0 tensors/m);
  }
});

test('a learning rate is told as a number, whole or not', async () => {
  for (const [lr, told] of [
    [real(0.05), 0.05],
    [int(1), 1],
  ] as const) {
    const path = join(scratch(), 'rate.pth');
    const entries = { optimizer: optimizer({ param_groups: list(group({ lr })) }) };
    write(path, zip(records(checkpoint(entries))));
    assert.equal((await inspectCheckpoint(path)).optimizer?.lr, told);
  }
});

test('sixty thousand tensors are listed in seconds', { timeout: 20_000 }, async () => {
  const names = Array.from({ length: 60_000 }, (_, i) => `layer.${i}`);
  const entry = { dtype: 'U8', shape: [0], data_offsets: [0, 0] };
  const header = JSON.stringify(Object.fromEntries(names.map((name) => [name, entry])));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length);
  const path = join(scratch(), 'many.safetensors');
  writeFileSync(path, Buffer.concat([length, Buffer.from(header)]));
  const { code, stdout } = await rdm(['inspect', '--tensors', path]);
  assert.equal(code, 0);
  assert.match(stdout, /^state dict +60000 tensors/m);
  assert.match(stdout, /^layer\.59999 +0 +uint8$/m);
});
