// rdm lincls from end to end on a pretrained checkpoint of a few small JPEGs.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import {
  type Event,
  exportCheckpoint,
  inspectCheckpoint,
  type LinclsOptions,
  lincls,
  pretrain,
} from 'rdm-ssl';
import { dataset, scratch, smallLincls } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let data: string;
let pretrained: string;
before(async () => {
  data = await dataset();
  const output = scratch();
  const sizes = { cropSize: 32, batchSize: 16, dim: 64, predDim: 32, imagesPerClass: 4 };
  const run = { arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 } as const;
  const { checkpoint } = await pretrain({ data, output, ...run, ...sizes });
  assert.ok(checkpoint);
  pretrained = checkpoint;
});

const options = (output: string): LinclsOptions => ({
  pretrained,
  output,
  batchSize: 16,
  epochs: 1,
  printFreq: 1,
  workers: 2,
  seed: 3,
  device: 'cpu',
});

async function follow(given: LinclsOptions) {
  const events: Event[] = [];
  const summary = await lincls(given, { onEvent: (event) => events.push(event) });
  const only = <Type extends Event['type']>(type: Type) =>
    events.filter((event): event is Extract<Event, { type: Type }> => event.type === type);
  return { summary, only };
}

test("prints the reference's lines and says what it took from the checkpoint", async () => {
  const output = scratch();
  const flags = ['--pretrained', pretrained, '--lars', '--epochs', '2', '--output', output];
  const { code, stdout, stderr } = await rdm(['lincls', ...smallLincls, ...flags]);
  assert.equal(code, 0, stderr);
  const shape = stdout
    .replaceAll(pretrained, 'CHECKPOINT')
    .replace(/-?\d+\.\d{4}e[+-]\d{2}/g, '#e')
    .replace(/(?<=[ (]) *\d+\.\d{2,3}(?=[ )\t\n])/g, '#');
  const train = (epoch: number, step: number) =>
    `Epoch: [${epoch}][${step}/3]\tTime # (#)\tData # (#)\tLoss #e (#e)\tAcc@1 # (#)\tAcc@5 # (#)\n`;
  const validate =
    'Test: [0/1]\tTime # (#)\tLoss #e (#e)\tAcc@1 # (#)\tAcc@5 # (#)\n * Acc@1 # Acc@5 #\n';
  assert.equal(
    shape,
    "=> creating model 'resnet18'\n" +
      "=> loading checkpoint 'CHECKPOINT'\n" +
      "=> loaded pre-trained model 'CHECKPOINT'\n" +
      [0, 1, 2].map((step) => train(0, step)).join('') +
      validate +
      "=> loading 'CHECKPOINT' for sanity check\n" +
      '=> sanity check passed.\n' +
      [0, 1, 2].map((step) => train(1, step)).join('') +
      validate,
  );
  const taken = `architecture resnet18, crop size 32, data folder ${data}, 4 images per class`;
  assert.ok(stderr.includes(`rdm: as ${pretrained} records: ${taken}\n`), stderr);
  assert.deepEqual(readdirSync(output).sort(), [
    'checkpoint.pth.tar',
    'checkpoint.pth.tar.sha256',
    'events.jsonl',
    'model_best.pth.tar',
    'model_best.pth.tar.sha256',
    'run.json',
  ]);
});

test('a folder that is given is used as a whole', async () => {
  const { only } = await follow({ ...options(scratch()), data });
  const [recorded] = only('recorded');
  assert.deepEqual(recorded, {
    type: 'recorded',
    checkpoint: pretrained,
    arch: 'resnet18',
    cropSize: 32,
    mean: [0.485, 0.456, 0.406], // as they were in pretraining, whatever the images now
    std: [0.229, 0.224, 0.225],
  });
  assert.equal(only('start')[0]?.trainImages, 50);
});

test('--val-images-per-class takes the first of each class', async () => {
  const { only } = await follow({ ...options(scratch()), valImagesPerClass: 1 });
  assert.equal(only('evaluation')[0]?.images, 10);
});

test('another architecture than the checkpoint is refused, naming both', async () => {
  const flags = [...smallLincls, '-a', 'resnet34', '--pretrained', pretrained];
  const { code, stderr } = await rdm(['lincls', ...flags]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^rdm: .*checkpoint_0000.pth.tar holds a resnet18, not a resnet34\n.*resnet18/,
  );
});

test('the best checkpoint evaluates to the best accuracy that was reported', async () => {
  const output = scratch();
  const { summary, only } = await follow({ ...options(output), epochs: 3, lars: true });
  const best = join(output, 'model_best.pth.tar');
  assert.equal(summary.bestTop1, Math.max(...only('evaluation').map(({ top1 }) => top1)));
  const { kind, bestAcc1 } = await inspectCheckpoint(best);
  assert.deepEqual({ kind, bestAcc1 }, { kind: 'lincls', bestAcc1: summary.bestTop1 });
  const again = await follow({
    ...options(scratch()),
    pretrained: undefined,
    resume: best,
    evaluate: true,
  });
  assert.equal(again.summary.top1, summary.bestTop1);
  assert.equal(again.only('step').filter(({ phase }) => phase === 'train').length, 0);
});

test('--evaluate scores the classifier of the file that --pretrained names, alone or exported', async () => {
  const output = scratch();
  const { summary, only } = await follow({ ...options(output), epochs: 3, lr: 5 });
  const best = only('evaluation').find(({ top1 }) => top1 === summary.bestTop1);
  const file = join(output, 'model_best.pth.tar');
  const exported = (['torchvision', 'safetensors'] as const).map(async (format) => {
    const { output: path } = await exportCheckpoint({
      ...{ checkpoint: file, format, output: join(output, format) },
    });
    return path;
  });
  for (const held of [file, ...(await Promise.all(exported))]) {
    const again = await follow({
      ...{ ...options(scratch()), data, cropSize: 32, pretrained: held, evaluate: true },
      seed: 4, // which would draw another classifier
    });
    const [scored] = again.only('evaluation');
    assert.equal(scored?.top1, summary.bestTop1, held);
    assert.ok(Math.abs((scored?.loss ?? 0) - (best?.loss ?? 1)) < 1e-5, `${held} ${scored?.loss}`);
    assert.equal(again.only('warning').length, 0);
  }
});

test('--evaluate without a classifier is refused, with the line that trains one', async () => {
  const evaluate = (...flags: string[]) => {
    const output = scratch();
    return rdm(['lincls', ...smallLincls, '--crop-size', '32', '--output', output, '-e', ...flags]);
  };
  const backbone = await evaluate('--pretrained', pretrained);
  assert.equal(backbone.code, 1);
  assert.equal(
    backbone.stderr.slice(backbone.stderr.indexOf('rdm: /', 5)),
    `rdm: ${pretrained} holds a backbone without a classifier, so there is nothing to evaluate\n` +
      `     train one: rdm lincls --pretrained ${pretrained} --output DIR, then rdm lincls -e --pretrained DIR/model_best.pth.tar\n`,
  );
  for (const flags of [[data], ['--resume', 'auto', data]]) {
    const { code, stderr } = await evaluate('-a', 'resnet18', ...flags);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^rdm: there is no classifier to evaluate\n {5}give one .* -e --pretrained/,
    );
  }
});

test('--evaluate on other classes than the classifier has is refused, naming both', async () => {
  const output = scratch();
  await follow(options(output));
  const names = readdirSync(join(data, 'train')).sort().slice(0, 2);
  const classes = join(scratch(), 'classes.txt');
  writeFileSync(classes, names.join('\n'));
  const best = join(output, 'model_best.pth.tar');
  const flags = ['-e', '--pretrained', best, '--classes', classes, '--output', scratch(), data];
  const { code, stderr } = await rdm(['lincls', ...smallLincls, ...flags]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /model_best.pth.tar classifies 10 classes, and the validation images have 2\n.*--classes/,
  );
});

test('a bad image of either split is replaced and listed', async () => {
  const output = scratch();
  const spoilt = join(scratch(), 'data');
  cpSync(data, spoilt, { recursive: true });
  const bad = ['train', 'val'].map((split) => {
    const [name = ''] = readdirSync(join(spoilt, split));
    const [image = ''] = readdirSync(join(spoilt, split, name));
    truncateSync(join(spoilt, split, name, image), 0);
    return join(spoilt, split, name, image);
  });
  const { only } = await follow({ ...options(output), data: spoilt, batchSize: 10, lr: 0.01 });
  assert.equal(only('evaluation')[0]?.images, 20);
  const warnings = only('warning').filter(({ code }) => code === 'bad_images');
  assert.deepEqual(
    warnings.map(({ message }) => message.split(' could')[0]),
    ['1 of 50 train images', '1 of 20 val images'],
  );
  for (const [index, split] of ['train', 'val'].entries()) {
    const list = readFileSync(join(output, `bad-images-${split}.txt`), 'utf8');
    assert.equal(list, `${bad[index]}\tthe file is empty\n`);
  }
});

test('a stop in mid-epoch lists the bad images that were met', async () => {
  const output = scratch();
  const spoilt = join(scratch(), 'data');
  cpSync(data, spoilt, { recursive: true });
  for (const name of readdirSync(join(spoilt, 'train'))) {
    for (const image of readdirSync(join(spoilt, 'train', name)).slice(1)) {
      truncateSync(join(spoilt, 'train', name, image), 0);
    }
  }
  const asked = new AbortController();
  const events: Event[] = [];
  const { outcome, loss } = await lincls(
    { ...options(output), data: spoilt, batchSize: 1, lr: 0.01 },
    {
      signal: asked.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'step') asked.abort();
      },
    },
  );
  assert.equal(outcome, 'stopped');
  assert.equal(typeof loss, 'number');
  const seen = events.map((event) => (event.type === 'warning' ? event.code : event.type));
  assert.ok(!seen.includes('epoch'));
  assert.equal(seen.filter((what) => what === 'bad_images').length, 1);
  const list = readFileSync(join(output, 'bad-images-train.txt'), 'utf8');
  assert.match(list, /\tthe file is empty\n/);
});

test('a list of classes is taken over with the data folder that the checkpoint records', async () => {
  const names = readdirSync(join(data, 'train')).sort().slice(0, 2);
  const classes = join(scratch(), 'classes.txt');
  writeFileSync(classes, names.join('\n'));
  const sizes = { cropSize: 32, batchSize: 5, dim: 64, predDim: 32 };
  const run = { arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 } as const;
  const { checkpoint } = await pretrain({ data, classes, output: scratch(), ...run, ...sizes });
  const given = { ...options(scratch()), pretrained: checkpoint ?? '', batchSize: 5 };
  const { only } = await follow(given);
  assert.equal(only('recorded')[0]?.classes, classes);
  assert.equal(only('start')[0]?.classes, 2);
});

test('the same seed gives the same classifier, with any number of workers', async () => {
  const one = await follow({ ...options(scratch()), workers: 1 });
  const two = await follow({ ...options(scratch()), workers: 3 });
  const losses = ({ only }: typeof one) => only('step').map(({ loss }) => loss.value);
  assert.deepEqual(losses(one), losses(two));
});

test('a resumed evaluation goes on where it was left', async () => {
  const output = scratch();
  await follow({ ...options(output), epochs: 1 });
  const resume = join(output, 'checkpoint.pth.tar');
  const { only } = await follow({ ...options(scratch()), epochs: 2, resume });
  assert.deepEqual([...new Set(only('step').map(({ epoch }) => epoch))], [1]);
});
