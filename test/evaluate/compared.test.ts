// What rdm spectrum says a method compares, and the filter that it measures between the branches.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { type Compared, exportCheckpoint, type PretrainOptions, pretrain, spectrum } from 'rdm-ssl';
import { dataset, scratch } from '../support/folders.js';
import { python, pythonWith } from '../support/python.js';
import { rdm } from '../support/rdm.js';

let data: string;
before(async () => {
  data = await dataset();
});

/** Its checkpoint. */
async function trained(options: Partial<PretrainOptions>): Promise<string> {
  const run: PretrainOptions = {
    ...{ arch: 'vit_tiny', patchSize: 8, cropSize: 16, batchSize: 10, workers: 1, seed: 1, data },
    ...{ dim: 16, projHiddenDim: 24, predDim: 8, epochs: 1, device: 'cpu', output: scratch() },
    ...options,
  };
  const { checkpoint } = await pretrain(run);
  assert.ok(checkpoint);
  return checkpoint;
}

async function compared(checkpoint: string): Promise<Compared> {
  const output = scratch();
  const { compared: found } = await spectrum({ checkpoint, device: 'cpu', workers: 1, output });
  assert.ok(found);
  return found;
}

const dims = ({ branches }: Compared) => branches.map(({ branch, dim }) => `${branch} ${dim}`);

for (const [predLocation, sigma] of [
  ['target', -1],
  ['online', 0.5],
] as const) {
  test(`the filter measured of poly ${predLocation} ${sigma} is that one`, async () => {
    const predictor = { type: 'poly', location: predLocation, sigma } as const;
    const found = await compared(await trained({ predictor }));
    assert.deepEqual([found.method, dims(found)], ['simsiam', ['online 16', 'target 16']]);
    const { filter } = found;
    assert.ok(filter?.sigma && filter.fit);
    assert.equal(filter.location, predLocation);
    assert.ok(Math.abs(filter.sigma - sigma) < 0.01, String(filter.sigma));
    assert.ok(filter.fit > 0.999 && filter.explained > 0.999, JSON.stringify(filter));
  });
}

test('an online classifier beside the method changes nothing of what is compared', async () => {
  const found = await compared(await trained({ onlineClassifier: true, batchSize: 25 }));
  assert.deepEqual([found.method, dims(found)], ['simsiam', ['online 16', 'target 16']]);
});

test('a learned predictor is measured on the online branch', async () => {
  const checkpoint = await trained({});
  const found = await compared(checkpoint);
  const { filter, branches } = found;
  assert.deepEqual([filter?.location, dims(found)], ['online', ['online 16', 'target 16']]);
  assert.deepEqual(branches[1]?.singularValues, filter?.singularValues); // of the projector's outputs
  assert.equal(filter?.gain.length, filter?.singularValues.length);
  assert.ok(filter && filter.explained <= 1);
  const { stdout } = await rdm(['spectrum', checkpoint, '--device', 'cpu', '-j', '1']);
  assert.match(stdout, /^online +compared +16 /m);
  assert.match(stdout, /^target +compared +16 /m);
  assert.match(stdout, /^simsiam: the filter measured on the online is /m);
  assert.match(stdout, /^their first \d+ directions: \|cos\| [01]\.\d\d on average$/m);
});

for (const options of [
  { method: 'swav', prototypes: 12, queueSize: 0 },
  { method: 'dino', prototypes: 12 },
] as const) {
  test(`${options.method}: predictions and targets are compared over the prototypes`, async () => {
    const found = await compared(await trained(options));
    assert.deepEqual(dims(found), ['online 12', 'target 12']);
    assert.equal(found.filter?.location, 'target');
  });
}

test('nothing stands between branches that are alike', async () => {
  const checkpoint = await trained({ method: 'vicreg' });
  const { filter, alignment } = await compared(checkpoint);
  assert.equal(filter, null);
  for (const cosine of alignment) assert.ok(Math.abs(cosine - 1) < 1e-9);
  const { stdout } = await rdm(['spectrum', checkpoint, '--device', 'cpu', '-j', '1']);
  assert.match(stdout, /^vicreg: nothing stands between the branches$/m);
});

test('weights that are not of a pretraining are not compared', async () => {
  const output = join(scratch(), 'weights.safetensors');
  await exportCheckpoint({ checkpoint: await trained({}), output, format: 'safetensors' });
  const options = { device: 'cpu', workers: 1, output: scratch(), data } as const;
  const found = await spectrum({
    checkpoint: output,
    cropSize: 16,
    arch: 'vit_tiny',
    patchSize: 8,
    ...options,
  });
  assert.equal(found.compared, null);
});

const env = pythonWith([]);

test('a record that lacks an option is named, and the spectra are there all the same', {
  skip: env ? false : 'python3 cannot import torch',
}, async () => {
  const checkpoint = await trained({});
  python(env, ['without_option.py', checkpoint, 'temperature']);
  const { stdout, stderr } = await rdm(['spectrum', checkpoint, '--device', 'cpu', '-j', '1']);
  assert.match(stderr, /its branches are not compared: .*temperature/);
  assert.match(stdout, /^online +projector +16 /m);
});
