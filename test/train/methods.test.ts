// Every method from its first step to what is looked at in its checkpoint.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { type Event, knn, type PretrainOptions, pretrain, type StartEvent } from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { dataset, scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
before(async () => {
  data = await dataset();
});

const whitened = { type: 'poly', location: 'target', sigma: -1 } as const;
const own: [options: Partial<PretrainOptions>, compared: number, momentum: boolean][] = [
  [{ method: 'swav', prototypes: 20, queueSize: 24, queueFromEpoch: 0 }, 20, false],
  [{ method: 'dino', prototypes: 20, optimizer: 'adamw', clipGrad: 1, lr: 0.001 }, 20, true],
  [{ method: 'dino', prototypes: 20, predictor: whitened }, 20, true],
  [{ method: 'barlow', optimizer: 'lars' }, 16, false],
  [{ method: 'vicreg', optimizer: 'adamw', lr: 0.001, finalWeightDecay: 0.1 }, 16, false],
];

/** What is compared, beside small crops, is what it is without them. */
const multiCrop: typeof own = (['byol', 'swav', 'dino'] as const).map((method) => [
  {
    ...{ method, prototypes: 20, queueSize: 24, queueFromEpoch: 0, predDim: 24 },
    ...{ crops: ['2x16', '3x12', '1x8'], onlineClassifier: true },
  },
  method === 'byol' ? 16 : 20,
  method !== 'swav',
]);

/** Each method with the first of its predictors and crops. */
const seen = new Set<string | undefined>();
for (const [options, compared, momentum] of [...own, ...multiCrop]) {
  const { method, predictor = { type: 'own' }, crops = ['2x16'] } = options;
  const skip = seen.has(method) && nightly;
  seen.add(method);
  test(`${method}, ${predictor.type}, ${crops}: trains, tells both ranks, and its checkpoint is looked at`, {
    skip,
  }, async () => {
    const output = scratch();
    const events: Event[] = [];
    const run: PretrainOptions = {
      ...{ arch: 'vit_tiny', patchSize: 4, cropSize: 16, batchSize: 10, workers: 1, seed: 1 },
      ...{ dim: 16, projHiddenDim: 24, epochs: 2, printFreq: 1, device: 'cpu', data, output },
      ...options,
    };
    await pretrain(run, { onEvent: (event) => events.push(event) });
    const start = events.find((event): event is StartEvent => event.type === 'start');
    assert.deepEqual([start?.method, start?.dim], [method, compared]);
    const shown = method === 'byol' ? 'mlp' : options.predictor?.type;
    assert.equal(start?.predictor?.type, shown);
    const ranks = events.flatMap((event) => (event.type === 'rank' ? [event] : []));
    assert.equal(ranks.length, 10);
    for (const { online, target } of ranks) {
      for (const { effectiveRank } of [online, target]) {
        assert.ok(effectiveRank >= 1 && effectiveRank <= 10, `${effectiveRank}`);
      }
    }
    const pretrained = join(output, 'checkpoint_0001.pth.tar');
    for (const branch of momentum ? (['online', 'momentum'] as const) : (['online'] as const)) {
      const found = await knn({ pretrained, features: 'projector', branch, workers: 1 });
      assert.equal(found.valImages, 20);
    }
    const { stdout } = await rdm(['inspect', pretrained]);
    assert.match(stdout, new RegExp(`^kind +${method}$`, 'm'));
  });
}
