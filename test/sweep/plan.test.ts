// What a sweep's file means: its runs, and mistakes that are told before the first run starts.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { planSweep, RdmError } from 'rdm-ssl';
import { rungsOf } from '../../dist/sweep/halving.js';
import { scratch } from '../support/folders.js';

function file(text: string): string {
  const path = join(scratch(), 'sweep.yaml');
  writeFileSync(path, text);
  return path;
}

const plan = (text: string) => planSweep(file(text), ['/data']);
const names = async (text: string) => (await plan(text)).runs.map(({ name }) => name);

const poly = 'flags: {pred-type: poly, pred-location: target}';

test('a grid is every combination, in the order of the file', async () => {
  const { runs, data, axes } = await plan(`${poly}
axes: {sigma: [-1, 0], learning-rate: [0.5, 1]}`);
  assert.deepEqual(
    runs.map(({ name }) => name),
    [
      ...['sigma=-1,learning-rate=0.5', 'sigma=-1,learning-rate=1'],
      ...['sigma=0,learning-rate=0.5', 'sigma=0,learning-rate=1'],
    ],
  );
  assert.deepEqual([data, axes], [['/data'], ['sigma', 'learning-rate']]);
  assert.deepEqual(runs[0]?.args, [
    ...['--seed', '0', '--pred-type', 'poly', '--pred-location', 'target'],
    ...['--sigma', '-1', '--learning-rate', '0.5'],
  ]);
});

test('switches, lists and texts are values too', async () => {
  const { runs } = await plan(`recipe: cifar/rdmsimsiam
axes: {fix-pred-lr: [false], crop-scale: [[0.2, 1], [0.08, 1]], arch: [resnet18]}`);
  assert.deepEqual(
    runs.map(({ name }) => name),
    [
      'fix-pred-lr=false,crop-scale=0.2_1,arch=resnet18',
      'fix-pred-lr=false,crop-scale=0.08_1,arch=resnet18',
    ],
  );
  assert.ok(
    runs[0]?.args.join(' ').endsWith('--no-fix-pred-lr --crop-scale 0.2,1 --arch resnet18'),
  );
});

test('draws depend on seed and place alone: a larger budget begins with the same runs', async () => {
  const drawn = (runs: number, seed: number) =>
    names(`${poly}
random: {runs: ${runs}, seed: ${seed}}
axes: {sigma: {from: -2, to: -0.5}, learning-rate: {from: 0.01, to: 1, log: true}, epochs: [5, 6]}`);
  const few = await drawn(3, 7);
  const many = await drawn(40, 7);
  assert.deepEqual(many.slice(0, 3), few);
  assert.notDeepEqual(await drawn(3, 8), few);
  const value = (name: string, axis: string) =>
    Number(new RegExp(`${axis}=([-\\d.e]+)`).exec(name)?.[1]);
  const rates = many.map((name) => value(name, 'learning-rate'));
  assert.ok(rates.every((rate) => rate >= 0.01 && rate <= 1));
  const low = rates.filter((rate) => rate < 0.1).length; // half of them, on a logarithmic scale
  assert.ok(low > 10 && low < 30, `${low}`);
  assert.ok(many.every((name) => value(name, 'sigma') <= -0.5));
});

test('halving: half of the runs at half of the epochs, and so on', () => {
  assert.deepEqual(rungsOf(8, 1, 12), [
    { epochs: 2, keep: 4 },
    { epochs: 3, keep: 2 },
    { epochs: 6, keep: 1 },
  ]);
  assert.deepEqual(rungsOf(5, 2, 10), [
    { epochs: 3, keep: 3 },
    { epochs: 5, keep: 2 },
  ]);
  assert.deepEqual(rungsOf(8, 1, 2), [{ epochs: 1, keep: 1 }]); // few epochs: the last rung decides
  assert.deepEqual(rungsOf(4, 1, 1), []);
});

const axes = 'axes: {sigma: [-1]}';
const mistakes: [what: string, text: string, message: RegExp][] = [
  ['no YAML', 'axes: [', /sweep\.yaml, line 1, column 8: /],
  ['nothing', '', /sweep\.yaml: a sweep must be keys with values/],
  ['an unknown key', `axis: {}`, /unknown key 'axis'; did you mean 'axes'\?/],
  ['no axes', poly, /axes must name at least one flag/],
  ['an unknown axis', 'axes: {sigmaa: [1]}', /unknown axis 'sigmaa'; did you mean 'sigma'\?/],
  ['a short name', 'axes: {lr: [1]}', /unknown axis 'lr'; did you mean 'learning-rate'\?/],
  ['an empty axis', 'axes: {sigma: []}', /the axis 'sigma' is empty/],
  ['no list', 'axes: {sigma: -1}', /the axis 'sigma' must be a list of values/],
  ['a text for a number', 'axes: {sigma: [high]}', /the axis 'sigma' must be a number, not "high"/],
  [
    'out of range',
    'axes: {epochs: [2, 0]}',
    /the run epochs=0: .*epochs must be .* at least 1, not 0/,
  ],
  [
    'values that do not go together',
    'flags: {pred-location: target, sigma: -1}\naxes: {pred-type: [poly, log]}',
    /the run pred-type=log: the log predictor has no place on the target/,
  ],
  [
    'an axis without effect',
    'axes: {pred-type: [mlp], sigma: [1]}',
    /the run pred-type=mlp,sigma=1: --sigma has no effect with --pred-type mlp/,
  ],
  ['an axis that is a flag too', `flags: {sigma: 1}\n${axes}`, /'sigma' is an axis and a flag/],
  ['what the sweep sets', `flags: {output: here}\n${axes}`, /the flag 'output' is the sweep's own/],
  ['an unknown flag', `flags: {sigmas: 1}\n${axes}`, /unknown flag 'sigmas'; did you mean 'sigma'/],
  ['a range in a grid', 'axes: {sigma: {from: 0, to: 1}}', /'sigma' is a range, of which a grid/],
  [
    'a range of texts',
    'random: {runs: 2}\naxes: {arch: {from: resnet18, to: resnet50}}',
    /the axis 'arch' has no range: it is not a number/,
  ],
  [
    'a range that falls',
    'random: {runs: 2}\naxes: {sigma: {from: 1, to: 0}}',
    /the axis 'sigma' is no range/,
  ],
  [
    'a logarithm of 0',
    'random: {runs: 2}\naxes: {learning-rate: {from: 0, to: 1, log: true}}',
    /the axis 'learning-rate' has no logarithm at 0/,
  ],
  ['no budget', `random: {seed: 1}\n${axes}`, /random must say how many runs, and a seed/],
  ['no recipe', `recipe: cifar/none\n${axes}`, /no recipe 'cifar\/none'/],
];

for (const [what, text, message] of mistakes) {
  test(`refused before the first run: ${what}`, async () => {
    await assert.rejects(plan(text), (error) => {
      assert.ok(error instanceof RdmError);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('refused before the first run: no images', async () => {
  await assert.rejects(planSweep(file(`${poly}\n${axes}`)), /no data folder was given/);
});
