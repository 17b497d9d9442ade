// --tensorboard, read back by the tensorboard package itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type Event, pretrain, type RankEvent, type StepEvent } from 'rdm-ssl';
import { openTensorBoard } from '../../dist/run/tensorboard.js';
import { dataset, quick, scratch } from '../support/folders.js';
import { fetchPeers } from '../support/python.js';
import { rdm, root } from '../support/rdm.js';

const packages = join(root, '.peers/tensorboard');

/** Whether Python finds tensorboard, its own or the one that is fetched. */
function hasTensorBoard(): boolean {
  fetchPeers('tensorboard');
  const env = { ...process.env, PYTHONPATH: packages };
  return spawnSync('python3', ['-c', 'import tensorboard'], { env }).status === 0;
}

const reader = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
read = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0}).Reload()
print(json.dumps({tag: [[e.step, e.value] for e in read.Scalars(tag)] for tag in read.Tags()['scalars']}))`;

type Scalars = Record<string, [step: number, value: number][]>;

function read(folder: string): Scalars {
  const env = { ...process.env, PYTHONPATH: packages };
  const { status, stdout, stderr } = spawnSync('python3', ['-c', reader, folder], {
    env,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Scalars;
}

const skip = hasTensorBoard() ? false : 'the Python package tensorboard cannot be had';

function near(found: Scalars[string] | undefined, expected: [number, number][]): void {
  assert.deepEqual(
    found?.map(([step]) => step),
    expected.map(([step]) => step),
  );
  for (const [index, [, value]] of expected.entries()) {
    assert.equal(found?.[index]?.[1], Math.fround(value)); // a float in the file
  }
}

test('tensorboard reads the scalars of a run, at steps counted from its beginning', {
  skip,
}, async () => {
  const output = scratch();
  const events: Event[] = [];
  await pretrain(
    {
      ...{ data: await dataset(), output, ...quick, batchSize: 16, dim: 64 },
      ...{ workers: 2, seed: 3, device: 'cpu', printFreq: 1, epochs: 2, tensorboard: true },
      onlineClassifier: true,
    },
    { onEvent: (event) => events.push(event) },
  );
  const scalars = read(output);
  const steps = events.filter(
    (event): event is StepEvent => event.type === 'step' && event.phase === 'train',
  );
  const at = (value: (event: StepEvent) => number | undefined) =>
    steps.map((event): [number, number] => [event.epoch * 3 + event.step, value(event) ?? 0]);
  assert.equal(steps.length, 6);
  near(
    scalars['train/loss'],
    at(({ loss }) => loss.value),
  );
  near(
    scalars['train/learning_rate'],
    at(({ lr }) => lr),
  );
  near(
    scalars['train/top1'],
    at(({ top1 }) => top1?.value),
  );
  near(
    scalars['train/images_per_second'],
    at(({ imagesPerSecond }) => imagesPerSecond),
  );
  const ranks = events.filter((event): event is RankEvent => event.type === 'rank');
  near(
    scalars['rank/difference'],
    ranks.map((event) => [event.epoch * 3 + event.step, event.difference]),
  );
  const tops = events.flatMap((event) => (event.type === 'evaluation' ? [event] : []));
  near(
    scalars['validation/top1'],
    tops.map(({ epoch, top1 }) => [(epoch + 1) * 3, top1]),
  );
  assert.equal(scalars['train/momentum_top1'], undefined); // of no method but BYOL
});

test('a run and one that resumes it in the same folder are one curve', { skip }, () => {
  const output = scratch();
  const start = { type: 'start', stepsPerEpoch: 4 } as Event;
  const epoch = (number: number) =>
    ({ type: 'epoch', epoch: number, loss: number, imagesPerSecond: 1 }) as Event;
  for (const number of [0, 1]) {
    const plot = openTensorBoard(output);
    plot(start);
    plot(epoch(number));
  }
  assert.deepEqual(read(output)['epoch/loss'], [
    [4, 0],
    [8, 1],
  ]);
});

test('rdm lincls --tensorboard writes a file too; without the flag there is none', async () => {
  const output = scratch();
  const data = await dataset();
  const run = ['-a', 'resnet18', '--crop-size', '32', '-b', '16', '-j', '2', '--device', 'cpu'];
  const flags = ['lincls', ...run, '--epochs', '1', '--output', output, data];
  const files = () => readdirSync(output).filter((name) => name.includes('tfevents'));
  assert.equal((await rdm(flags)).code, 0);
  assert.deepEqual(files(), []);
  const { code, stderr } = await rdm([...flags, '--overwrite', '--tensorboard']);
  assert.equal(code, 0, stderr);
  assert.match(files().join(), /^events\.out\.tfevents\.\d+\.[^,]+\.\d+$/);
});
