// rdm finetune from end to end: a pretrained network on a few small JPEGs, what becomes of it, what is refused.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  type Event,
  type FinetuneOptions,
  finetune,
  hashTensors,
  inspectCheckpoint,
  knn,
  lincls,
  listRuns,
  predict,
  pretrain,
  probe,
} from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { dataset, scratch } from '../support/folders.js';
import { stepsIn } from '../support/processes.js';
import { rdm } from '../support/rdm.js';

const run = { arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 } as const;

let data: string;
let pretrained: string;
before(async () => {
  data = await dataset();
  const sizes = { cropSize: 32, batchSize: 16, dim: 64, predDim: 32 };
  const { checkpoint } = await pretrain({ data, output: scratch(), ...run, ...sizes });
  assert.ok(checkpoint);
  pretrained = checkpoint;
});

const options = (output: string): FinetuneOptions => ({
  ...{ checkpoint: pretrained, output, batchSize: 16, epochs: 1, lr: 0.2 },
  ...{ printFreq: 1, workers: 2, seed: 3, device: 'cpu' },
});

async function follow(given: FinetuneOptions) {
  const events: Event[] = [];
  const summary = await finetune(given, { onEvent: (event) => events.push(event) });
  const only = <Type extends Event['type']>(type: Type) =>
    events.filter((event): event is Extract<Event, { type: Type }> => event.type === type);
  assert.ok(summary.checkpoint);
  return { summary, only, hashes: await weightsOf(summary.checkpoint) };
}

const weightsOf = async (checkpoint: string) =>
  new Map((await hashTensors(checkpoint)).map(({ name, sha256 }) => [name, sha256]));

const flags = ['-b', '16', '-j', '2', '--seed', '3', '-p', '1', '--device', 'cpu'];

test('the whole network moves; the lines, the folder and the list of runs tell it', async () => {
  const output = scratch();
  const line = ['finetune', pretrained, ...flags, '--epochs', '2', '--output', output];
  const { code, stdout, stderr } = await rdm(line);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^=> creating model 'resnet18'\n=> loading checkpoint '.*\n.*\nEpoch: \[0\]/,
  );
  assert.equal(stdout.match(/^ \* Acc@1 /gm)?.length, 2);
  const taken = `architecture resnet18, crop size 32, data folder ${data}`;
  assert.ok(stderr.includes(`rdm: as ${pretrained} records: ${taken}\n`), stderr);
  assert.deepEqual(readdirSync(output).sort(), [
    ...['checkpoint.pth.tar', 'checkpoint.pth.tar.sha256', 'events.jsonl'],
    ...['model_best.pth.tar', 'model_best.pth.tar.sha256', 'run.json'],
  ]);
  const [row] = listRuns(output);
  assert.match(row?.run ?? '', / \(fine-tuned\)$/);
  assert.deepEqual(
    [row?.command, row?.state, row?.checkpoint],
    ['finetune', 'done', join(output, 'model_best.pth.tar')],
  );
  const before = await weightsOf(pretrained);
  const after = await weightsOf(join(output, 'checkpoint.pth.tar'));
  for (const name of ['conv1.weight', 'bn1.running_mean', 'layer4.1.conv2.weight']) {
    assert.ok(after.has(name) && before.has(`encoder.${name}`));
    assert.notEqual(after.get(name), before.get(`encoder.${name}`), name);
  }
});

test('the command in run.json makes the same run again', async () => {
  const output = scratch();
  const { hashes } = await follow({ ...options(output), labelsPerClass: 4, freezeBn: true });
  const { default: records } = await import(join(output, 'run.json'), { with: { type: 'json' } });
  const [{ command }] = records;
  assert.match(command, /^rdm finetune \S+checkpoint_0000.pth.tar .*--labels-per-class 4/);
  const again = scratch();
  const words = command.split(' ').slice(1);
  words[words.indexOf('--output') + 1] = again;
  const { code, stderr } = await rdm(words);
  assert.equal(code, 0, stderr);
  assert.deepEqual(await weightsOf(join(again, 'checkpoint.pth.tar')), hashes);
});

test('few labels are drawn by the seed, and so is what is learnt of them', async () => {
  const tuned = (more: object) => follow({ ...options(scratch()), ...more });
  const [whole, some, share] = [
    await tuned({}),
    await tuned({ labelsPerClass: 2 }),
    await tuned({ labelFraction: 0.4 }),
  ];
  const images = [whole, some, share].map(({ only }) => only('start')[0]?.trainImages);
  assert.deepEqual(images, [50, 20, 20]);
  assert.deepEqual(share.hashes, some.hashes); // 2 of 5, the same two
  const steps = [whole, some].map(({ only }) => only('step').filter(isTraining).length);
  assert.deepEqual(steps, [3, 1]); // of 16 images; what is left over is left out
  const one = await tuned({ labelsPerClass: 1 });
  assert.equal(one.only('step').filter(isTraining).length, 1); // of all 10 there are
});

const isTraining = ({ phase }: { phase: string }) => phase === 'train';

test('rdm lincls learns from the same few labels', async () => {
  const trainImages = async (more: object) => {
    const starts: Event[] = [];
    await lincls(
      { ...run, pretrained, output: scratch(), batchSize: 16, ...more },
      { onEvent: (event) => event.type === 'start' && starts.push(event) },
    );
    return starts.map((event) => event.type === 'start' && event.trainImages);
  };
  assert.deepEqual(await trainImages({ labelFraction: 0.4 }), [20]);
  assert.deepEqual(await trainImages({ labelsPerClass: 3 }), [30]);
  await assert.rejects(trainImages({ labelsPerClass: 6 }), /has 5 training images, and/);
  await assert.rejects(trainImages({ labelsPerClass: 2, labelFraction: 0.5 }), /each say how many/);
});

test('from scratch nothing comes from the checkpoint but what it records', {
  skip: nightly,
}, async () => {
  const other = join(scratch(), 'other.pth.tar');
  const { checkpoint } = await pretrain({
    ...{ data, output: scratch(), ...run, seed: 7, cropSize: 32, batchSize: 16 },
    ...{ dim: 16, predDim: 8 },
  });
  cpSync(checkpoint ?? '', other);
  const made = async (from: string, fromScratch: boolean) =>
    (await follow({ ...options(scratch()), checkpoint: from, data, fromScratch })).hashes;
  assert.deepEqual(await made(other, true), await made(pretrained, true));
  assert.notDeepEqual(await made(other, false), await made(pretrained, false));
  const { only } = await follow({ ...options(scratch()), fromScratch: true });
  assert.equal(only('start')[0]?.pretrained, '');
});

test('frozen batch norms are those of the checkpoint, bit for bit', async () => {
  const { hashes } = await follow({ ...options(scratch()), freezeBn: true, batchSize: 1 });
  const before = await weightsOf(pretrained);
  const norms = [...hashes].filter(([name]) => /bn\d|downsample\.1/.test(name));
  assert.equal(norms.length, 100); // five tensors of each of 20
  for (const [name, sha256] of norms) {
    assert.equal(sha256, before.get(`encoder.${name}`), name);
  }
});

test('what else takes a checkpoint takes its: lincls -e, predict, knn, probe, inspect, pretrain --init', async () => {
  const output = scratch();
  const { summary } = await follow({ ...options(output), epochs: 3 });
  const checkpoint = join(output, 'model_best.pth.tar');
  const looking = { device: 'cpu', workers: 2 } as const;
  const evaluated = await lincls({
    ...{ ...looking, pretrained: checkpoint, evaluate: true, output: scratch() },
  });
  assert.equal(evaluated.top1, summary.bestTop1);
  const { classes, predictions } = await predict({ ...looking, checkpoint });
  assert.deepEqual(classes, readdirSync(join(data, 'train')).sort());
  const right = predictions.filter(({ path, classes: [first] }) =>
    path.includes(`/${first?.name}/`),
  );
  assert.equal((100 * right.length) / predictions.length, summary.bestTop1);
  const { results } = await knn({ ...looking, pretrained: checkpoint, output: scratch() });
  assert.equal(results.length, 1);
  assert.ok((await probe({ ...looking, checkpoint })).result);
  const { kind, arch, rdm: record } = await inspectCheckpoint(checkpoint);
  assert.deepEqual([kind, arch, record?.command], ['lincls', 'resnet18', 'finetune']);
  const line = ['verify-resume', '--init', checkpoint, '-a', 'resnet18', '--crop-size', '32'];
  const small = ['--dim', '16', '--pred-dim', '8', '-b', '8', '-j', '2', '--steps', '4'];
  const verified = await rdm([...line, ...small, '--device', 'cpu', '--output', scratch(), data]);
  assert.equal(verified.code, 0, verified.stderr);
});

test('a run goes on in its folder alone, and from the checkpoint that it began with', async () => {
  const output = scratch();
  await follow({ ...options(output), epochs: 1 });
  const other = join(scratch(), 'moved.pth.tar');
  cpSync(pretrained, other);
  const again = (from: string, ...more: string[]) =>
    rdm([
      ...['finetune', from, ...flags, '--epochs', '1', '--lr', '0.2'],
      ...['--output', output, ...more, data],
    ]);
  const held = await again(pretrained);
  assert.equal(held.code, 1);
  assert.match(held.stderr, /holds a run, whose last checkpoint is checkpoint\.pth\.tar$/m);
  const elsewhere = await again(other, '--resume', 'auto');
  assert.equal(elsewhere.code, 1);
  assert.ok(
    elsewhere.stderr.includes(
      `is of another configuration: the checkpoint ${pretrained} there, ${other} here`,
    ),
    elsewhere.stderr,
  );
  const resumed = await again(pretrained, '--resume', 'auto');
  assert.equal(resumed.code, 0, resumed.stderr);
  const foreign = await again(pretrained, '--resume', pretrained);
  assert.equal(foreign.code, 1);
  assert.match(foreign.stderr, /is of pretraining: .*\n {5}to begin with it: rdm finetune /);
});

test('killed on its way and resumed, it is the run that was not, bit for bit', async () => {
  const line = (output: string, ...more: string[]) => [
    ...['finetune', pretrained, ...flags, '--epochs', '4', '--checkpoint-every', '1', '--json'],
    ...['--labels-per-class', '4', '--output', output, ...more, data],
  ];
  const [straight, output] = [scratch(), scratch()];
  assert.equal((await rdm(line(straight))).code, 0);
  const killed = await rdm(line(output), {
    onStdout: (child, stdout) => {
      if (stepsIn(stdout) >= 4) child.kill('SIGKILL');
    },
  });
  assert.equal(killed.signal, 'SIGKILL');
  const { code, stdout, stderr } = await rdm(line(output, '--resume', 'auto'));
  assert.equal(code, 0, stderr);
  assert.match(stdout, /"resumed":".*checkpoint\.pth\.tar"/);
  const weights = (folder: string) => weightsOf(join(folder, 'checkpoint.pth.tar'));
  assert.deepEqual(await weights(output), await weights(straight));
});

test('mistakes are explained', async () => {
  const refused = async (...more: string[]) => {
    const line = ['finetune', pretrained, ...flags, '--epochs', '1', '--output', scratch()];
    const { code, stdout, stderr } = await rdm([...line, ...more]);
    assert.equal(stdout, '');
    return `${code} ${stderr}`;
  };
  assert.match(
    await refused('--labels-per-class', '6'),
    /^1 [\s\S]*rdm: the class \S+ has 5 training images, and --labels-per-class asks for 6$/m,
  );
  assert.match(
    await refused('--labels-per-class', '2', '--label-fraction', '0.5'),
    /^2 rdm: --label-fraction and --labels-per-class each say how many labels are taken$/m,
  );
  assert.match(
    await refused('-b', '1'),
    /^2 rdm: --batch-size 1 is too small: batch norms need two images\n {5}take a larger batch, or --freeze-bn$/m,
  );
  const [first = '', second = ''] = readdirSync(join(data, 'train')).sort();
  const one = join(scratch(), 'one.txt');
  writeFileSync(one, `${first}\n`);
  assert.match(
    await refused('--classes', one),
    new RegExp(
      `^1 [\\s\\S]*rdm: rdm finetune tells classes apart, and there is one: ${first}$`,
      'm',
    ),
  );
  const uneven = join(scratch(), 'uneven');
  cpSync(data, uneven, { recursive: true });
  rmSync(join(uneven, 'val', second), { recursive: true });
  assert.match(
    await refused(uneven),
    new RegExp(
      `^1 [\\s\\S]*rdm: the classes of train \\(10\\) and val \\(9\\) .* differ, first in ${second}$`,
      'm',
    ),
  );
  assert.match(
    await refused('--stem', 'cifar'),
    /^1 [\s\S]*cannot begin with \S+: its first layers are not the cifar stem\n {5}say --stem imagenet$/m,
  );
});
