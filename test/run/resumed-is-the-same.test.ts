// A run that stopped, as often as it likes, comes to what it would have been: tensors and reports, bit for bit.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type Event,
  finetune,
  hashTensors,
  inspectCheckpoint,
  type LinclsOptions,
  lincls,
  type PretrainOptions,
  pretrain,
  type Summary,
} from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { scratch } from '../support/folders.js';
import {
  common,
  data,
  options,
  type Run,
  resnet,
  runPretrain,
  type Told,
  told,
} from '../support/stopped-runs.js';

/** What a run reported of its training, without times. A validation that was stopped begins again. */
function reports(events: Event[]): unknown[] {
  return events.flatMap((event): unknown[] => {
    if (event.type === 'step' && event.phase === 'train') {
      const { epoch, step, lr, loss, top1, top5 } = event;
      return [{ epoch, step, lr, loss, top1, top5 }];
    }
    if (event.type === 'epoch') return [{ epoch: event.epoch, loss: event.loss }];
    return event.type === 'evaluation' || event.type === 'rank' ? [event] : [];
  });
}

async function comesToTheSame(run: Run): Promise<void> {
  const straight = scratch();
  const whole = await run('', straight);
  const output = scratch();
  const events: Event[] = [];
  let last: (Summary & Told) | undefined;
  for (let runs = 0; last?.outcome !== 'done'; ++runs) {
    assert.ok(runs < 20);
    last = await run('auto', output, 2); // some steps later the abort has arrived
    events.push(...last.events);
  }
  assert.ok(whole.checkpoint && last.checkpoint);
  assert.deepEqual(await hashTensors(last.checkpoint), await hashTensors(whole.checkpoint));
  assert.deepEqual(reports(events), reports(whole.events));
  const { bestAcc1, epoch } = await inspectCheckpoint(last.checkpoint);
  const expected = await inspectCheckpoint(whole.checkpoint);
  assert.deepEqual({ bestAcc1, epoch }, { bestAcc1: expected.bestAcc1, epoch: expected.epoch });
}

for (const precision of ['fp32', 'bf16'] as const) {
  /** SimSiam, BYOL and linear evaluation in one precision; every night each in either. */
  const [fp32, bf16] = ['fp32', 'bf16'].map((now) => ({ skip: precision !== now && nightly }));

  test(`simsiam, ${precision}: stopped and resumed, it is the run that was not`, bf16, async () => {
    await comesToTheSame(runPretrain({ precision }, resnet));
  });

  test(`byol with LARS and classifiers, ${precision}: likewise`, fp32, async () => {
    const classifiers = { onlineClassifier: true, momentumClassifier: true, valBatchSize: 4 };
    const method = { method: 'byol', optimizer: 'lars', projHiddenDim: 48, accumulate: 1 } as const;
    await comesToTheSame(runPretrain({ ...method, ...classifiers, precision }, resnet));
  });

  test(`swav with a queue and small crops, ${precision}: likewise`, { skip: nightly }, async () => {
    const crops = {
      crops: ['2x32', '3x20'],
      blurProb: [0.5, 0.1, 0.2],
    } satisfies Partial<PretrainOptions>;
    const method = { method: 'swav', prototypes: 20, queueSize: 12, queueFromEpoch: 0 } as const;
    await comesToTheSame(
      runPretrain({ ...method, ...crops, onlineClassifier: true, precision }, resnet),
    );
  });

  test(`dino of a Vision Transformer with AdamW, ${precision}: likewise`, {
    skip: nightly,
  }, async () => {
    const network = { arch: 'vit_tiny', patchSize: 8, prototypes: 24, projHiddenDim: 48 } as const;
    const method = { method: 'dino', optimizer: 'adamw', lr: 0.01, clipGrad: 0.3 } as const;
    const decay = { weightDecay: 0.04, finalWeightDecay: 0.4 };
    await comesToTheSame(runPretrain({ ...network, ...method, ...decay, precision }));
  });

  test(`lincls, ${precision}: likewise`, fp32, async () => {
    const { checkpoint } = await pretrain({ ...options(scratch(), resnet), epochs: 1 });
    const given = { data, pretrained: checkpoint ?? '', epochs: 2, valBatchSize: 4, precision };
    const full = (resume: string, output: string): LinclsOptions => ({
      ...common,
      ...given,
      resume,
      output,
    });
    await comesToTheSame((resume, output, steps) =>
      told((control) => lincls(full(resume, output), control), steps),
    );
  });

  test(`finetune on few labels, ${precision}: likewise`, { skip: nightly }, async () => {
    const { checkpoint } = await pretrain({ ...options(scratch(), resnet), epochs: 1 });
    const given = { data, checkpoint: checkpoint ?? '', epochs: 2, valBatchSize: 4, precision };
    const slow = { labelsPerClass: 4, backboneLrFactor: 0.1, labelSmoothing: 0.1 };
    await comesToTheSame((resume, output, steps) =>
      told(
        (control) =>
          finetune({ ...common, ...given, ...slow, batchSize: 8, resume, output }, control),
        steps,
      ),
    );
  });
}

test('with --accumulate it stops between updates', async () => {
  await comesToTheSame(runPretrain({ accumulate: 2, batchSize: 8 }));
});
