// --until, and a run that goes on: it ends, and is judged, as one that did not stop.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type Event, hashTensors, pretrain, type StartEvent, type Summary } from 'rdm-ssl';
import { toldBefore } from '../../dist/run/history.js';
import { withVerdicts } from '../../dist/run/verdict.js';
import { rank, runFolder, start, step, wholeRun } from '../support/events.js';
import { dataset, quick, scratch } from '../support/folders.js';
import { root } from '../support/rdm.js';

test('a run is done with some of its epochs, and resumed comes to the tensors of one that went on', async () => {
  const options = {
    ...{ data: await dataset(), ...quick, batchSize: 16, dim: 64 },
    ...{ predDim: 32, workers: 2, seed: 3, printFreq: 1, device: 'cpu' as const, epochs: 2 },
  };
  const straight = await pretrain({ ...options, output: join(scratch(), 'straight') });
  const output = join(scratch(), 'parted');
  const places = async () => {
    const parted = await pretrain({ ...options, output: join(scratch(), 'again'), until: 1 });
    return [parted.epoch, parted.steps];
  };
  const part = await pretrain({ ...options, output, until: 1 });
  assert.equal(part.outcome, 'done');
  assert.deepEqual([part.epoch, part.steps], [1, 5]); // in step with its events: always here
  assert.deepEqual(await places(), [1, 5]);
  const whole = await pretrain({ ...options, output, resume: 'auto' });
  assert.equal(whole.epoch, 2);
  assert.deepEqual(
    await hashTensors(whole.checkpoint ?? ''),
    await hashTensors(straight.checkpoint ?? ''),
  );
});

/** A job that tells these events at once. */
const telling = (events: Event[]) => (onEvent: (event: Event) => void) => {
  for (const event of events) onEvent(event);
  return { done: Promise.resolve({} as Summary), stop: () => {}, end: () => {} };
};

const recorded = readFileSync(join(root, 'test/verdicts/symmetric.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Event);

function verdictsIn(events: Event[], before: (start: StartEvent) => Event[] = () => []): string[] {
  const found: string[] = [];
  const start = withVerdicts(telling(events), 'warn', before);
  start((event) => {
    if (event.type === 'verdict') found.push(`${event.epoch} ${event.step} ${event.verdict}`);
  });
  return found;
}

test('a resumed run comes to its verdicts at the steps of one that did not stop', () => {
  const [first, ...rest] = recorded;
  assert.ok(first?.type === 'start');
  const place = (event: Event) =>
    'epoch' in event ? event.epoch + ('step' in event ? event.step / first.stepsPerEpoch : 1) : 0;
  // In the epoch in which the first of them comes, before it.
  const at = 1.3;
  const earlier = rest.filter((event) => place(event) <= at);
  const later = rest.filter((event) => place(event) > at);
  const again = { ...first, startEpoch: 1, startStep: 12, resumed: 'checkpoint' };
  const whole = verdictsIn(recorded).filter((verdict) => Number(verdict.split(' ')[0]) >= 1);
  const parted = verdictsIn([again, ...later], () => [first, ...earlier]);
  assert.ok(whole.length > 0);
  assert.deepEqual(parted, whole);
});

test('what was told before is what led to the checkpoint, of each step the last time', () => {
  const again = { ...start, startEpoch: 1, startStep: 2, resumed: 'checkpoint' };
  const folder = runFolder([
    ...wholeRun.slice(0, 14), // into the second epoch
    { ...again, startEpoch: 1, startStep: 0 },
    ...[step(1, 0, -9), rank(1, 0, 1, 2), step(1, 1, -9), rank(1, 1, 1, 2), step(1, 2, -9)],
  ]);
  const told = toldBefore(folder, again);
  const losses = told.flatMap((event) => (event.type === 'step' ? [event.loss.value] : []));
  assert.deepEqual(losses, [0, -0.1, -0.2, -0.3, -9, -9]);
  assert.equal(told.filter(({ type }) => type === 'epoch').length, 1);
  assert.deepEqual(toldBefore(scratch(), again), []);
});
