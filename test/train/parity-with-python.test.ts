// Side by side with Python's torch, where it can be imported: each reads what the other wrote.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { type Event, inspectCheckpoint, lincls, type PretrainOptions, pretrain } from 'rdm-ssl';
import { dataset, scratch } from '../support/folders.js';
import { python, pythonWithTorch } from '../support/python.js';
import { root, run } from '../support/rdm.js';

const env = pythonWithTorch();
const needsPython = { skip: env ? false : 'python3 cannot import torch' };

let data: string;
before(async () => {
  data = await dataset();
});

test(
  "Python reads rdm's checkpoint, and rdm goes on from the reference's",
  needsPython,
  async () => {
    const output = scratch();
    const sizes = { cropSize: 32, batchSize: 16, dim: 64, predDim: 32, epochs: 2, printFreq: 1 };
    const options: PretrainOptions = {
      ...{ data, output, arch: 'resnet18', device: 'cpu', seed: 5, workers: 2 },
      ...sizes,
    };
    const losses: number[] = [];
    const onEvent = (event: Event) => {
      if (event.type === 'step') losses.push(event.loss.value);
    };
    await pretrain(options, { onEvent });
    const whole = losses.splice(0);

    const reference = join(scratch(), 'reference.pth.tar');
    const said = python(env, ['resave.py', join(output, 'checkpoint_0000.pth.tar'), reference]);
    assert.equal(said, 'ok resnet18 1\n');
    await pretrain({ ...options, output: scratch(), resume: reference }, { onEvent });
    assert.deepEqual(losses, whole.slice(3));

    const { arch, rdm } = await inspectCheckpoint(reference);
    assert.deepEqual({ arch, rdm }, { arch: 'resnet18', rdm: null });
    const linear = { pretrained: reference, output: scratch(), batchSize: 16, workers: 2 };
    const { outcome } = await lincls({ ...linear, data, cropSize: 32, epochs: 1, device: 'cpu' });
    assert.equal(outcome, 'done');
  },
);

test('Python reads every kind of value that a checkpoint may hold', needsPython, async () => {
  const file = join(scratch(), 'rdm.pth.tar');
  const suite = join(root, 'build/test/native/rdm_core_tests');
  const written = await run(suite, ['--test-case=*Python to read*'], {
    env: { RDM_CHECKPOINT_OUT: file },
  });
  assert.equal(written.code, 0, written.stdout);
  assert.equal(python(env, ['checkpoint_read.py', file]), 'ok\n');
});
