// A run that stopped goes on as if it had not; whatever is refused says why.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import {
  type Event,
  hashTensors,
  type PretrainOptions,
  pretrain,
  RdmError,
  verifyResume,
} from 'rdm-ssl';
import { nightly } from '../support/every-run.js';
import { scratch, small } from '../support/folders.js';
import { rdm } from '../support/rdm.js';
import { data, options, runPretrain } from '../support/stopped-runs.js';

test('a resumed run may have another number of workers, and its data elsewhere', async () => {
  const whole = await runPretrain({})('', scratch());
  const output = scratch();
  await pretrain({ ...options(output), epochs: 2 }, { signal: AbortSignal.abort() });
  const rest = await runPretrain({ workers: 3, data: `${data}/.` })('auto', output);
  assert.deepEqual(
    await hashTensors(rest.checkpoint ?? ''),
    await hashTensors(whole.checkpoint ?? ''),
  );
});

test('--checkpoint-every saves in mid-epoch under names that sort, --keep leaves the last', async () => {
  const all = scratch();
  await pretrain({ ...options(all), checkpointEvery: 1, keep: 0 });
  const names = (folder: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.pth.tar'))
      .sort();
  const last = ['checkpoint_0000.pth.tar', 'checkpoint_0001.pth.tar'];
  assert.deepEqual(
    names(all).filter((name) => last.includes(name)),
    last,
  );
  for (const name of names(all)) assert.match(name, /^checkpoint_000[01](-00000[12])?\.pth\.tar$/);
  const [first] = names(all);
  assert.match(first ?? '', /^checkpoint_0000-/);
  const kept = scratch();
  await pretrain({ ...options(kept), checkpointEvery: 1, keep: 2, milestones: 0 });
  assert.equal(names(kept).length, 2);
  assert.equal(names(kept).at(-1), 'checkpoint_0001.pth.tar');
});

test('of many epochs the last three stay and ten milestones, unless another number is asked for', {
  skip: nightly,
}, async () => {
  const [given, all] = [scratch(), scratch()];
  const epochs = 13; // a milestone each two epochs, as each one would be more than ten: 2, 4, …, 12
  const short = { imagesPerClass: 1, batchSize: 10 }; // a step each
  await pretrain({ ...options(given), ...short, epochs });
  await pretrain({ ...options(all), ...short, epochs: 5, keep: 0 });
  const stay = (folder: string) =>
    readdirSync(folder)
      .flatMap((name) => /^checkpoint_(\d+)\.pth\.tar$/.exec(name)?.[1] ?? [])
      .map((number) => Number(number) + 1)
      .sort((a, b) => a - b);
  assert.deepEqual(stay(given), [2, 4, 6, 8, 10, 11, 12, 13]);
  assert.deepEqual(stay(all), [1, 2, 3, 4, 5]);
});

test('a run whose checkpoints will not fit on the disk says so before its first step', async () => {
  const output = scratch();
  const found: Event[] = [];
  const stop = new AbortController();
  await pretrain(
    { ...options(output), epochs: 10_000_000, keep: 0 },
    {
      signal: stop.signal,
      onEvent: (event) => {
        found.push(event);
        if (event.type === 'step') stop.abort();
      },
    },
  );
  const told = found.filter(({ type }) => type === 'warning');
  assert.equal(told.length, 1);
  const [warning] = told;
  assert.ok(warning?.type === 'warning');
  assert.ok(found.indexOf(warning) < found.findIndex(({ type }) => type === 'step'));
  assert.match(
    warning.message,
    /^the rest of the run does not fit on the disk of .*: 10000000 more checkpoints of 0\.\d+ GB take \d+\.\d GB, and \d+\.\d GB are free; --keep and --milestones keep fewer, --output takes another disk$/,
  );
  assert.match(readFileSync(join(output, 'events.jsonl'), 'utf8'), /"code":"no_room"/);
});

test('--resume auto goes by where the run stood, not by the times of files', async () => {
  const output = scratch();
  await pretrain({ ...options(output), epochs: 2 });
  const [first, last] = [0, 1].map((epoch) => join(output, `checkpoint_000${epoch}.pth.tar`));
  assert.ok(first && last);
  utimesSync(last, new Date(0), new Date(0)); // a clock that was set back, or a copy
  const [started] = (await runPretrain({})('auto', output)).events;
  assert.ok(started?.type === 'start');
  assert.equal(started.resumed, last);
});

test('--resume auto begins where there is nothing, and passes over what is broken', async () => {
  const output = scratch();
  const fresh = await runPretrain({})('auto', output);
  const [started] = fresh.events;
  assert.ok(started?.type === 'start');
  assert.equal(started.resumed, null);
  const newest = join(output, 'checkpoint_0001.pth.tar');
  appendFileSync(newest, 'x');
  const { code, stderr } = await rdm([
    'pretrain',
    ...small,
    ...['--epochs', '2', '--resume', 'auto', '--output', output, data],
  ]);
  assert.equal(code, 0, stderr);
  assert.ok(
    stderr.includes(
      `rdm: warning: passed over ${newest}: its SHA-256 is not the one in ${newest}.sha256\n`,
    ),
    stderr,
  );
  const from = join(output, 'checkpoint_0000.pth.tar');
  assert.ok(stderr.includes(`going on from ${from} at epoch 1\n`), stderr);
  rmSync(`${newest}.sha256`);
  const again = await runPretrain({})('auto', output);
  const [warning] = again.events;
  assert.ok(warning?.type === 'warning');
  assert.equal(warning.message, `passed over ${newest}: it has no manifest (${newest}.sha256)`);
});

test('--resume auto refuses another configuration, with what differs; --resume-anyway does not', async () => {
  const output = scratch();
  const seeded = options(output);
  await pretrain({ ...seeded, epochs: 1 });
  const path = join(output, 'checkpoint_0000.pth.tar');
  const other: PretrainOptions = {
    ...seeded,
    ...{ resume: 'auto', lr: 0.1, seed: 4, blurProb: [0.5, 0.1], imagesPerClass: 4, workers: 1 },
  };
  const message = `${path} is of another configuration: other training images there (--data ${data}); --epochs 1 there, 2 here; --learning-rate 0.05 there, 0.1 here; --seed 3 there, 4 here; --blur-prob of view 2 0.5 there, 0.1 here`;
  await assert.rejects(pretrain(other), (error) => {
    assert.ok(error instanceof RdmError);
    assert.equal(error.code, 'bad_checkpoint');
    assert.equal(error.message, message);
    assert.equal(
      error.hint,
      'give the flags of that run, or a new --output; --resume-anyway goes on with these',
    );
    return true;
  });
  const { events, outcome } = await runPretrain({ ...other, resumeAnyway: true })('auto', output);
  assert.equal(outcome, 'done');
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  assert.deepEqual(warnings, [message]);
});

test('two runs into one folder: the second is refused', async () => {
  const output = scratch();
  let refusal: Promise<unknown> | undefined;
  const controller = new AbortController();
  const onEvent = () => {
    refusal ??= pretrain(options(output)).then(
      () => assert.fail(),
      (error: unknown) => {
        controller.abort();
        return error;
      },
    );
  };
  await pretrain({ ...options(output), epochs: 1000 }, { onEvent, signal: controller.signal });
  const error = await refusal;
  assert.ok(error instanceof RdmError, String(error));
  assert.equal(error.code, 'bad_output');
  assert.match(error.message, /^another run writes to .+: process \d+ on \S+, since \d{4}-/);
  assert.ok(error.message.includes(`${output}: process ${process.pid} on `));
  assert.equal(
    error.hint,
    'give each run a folder of its own (--output DIR), or wait for the other to end',
  );
  assert.ok(!existsSync(join(output, '.rdm-lock')));
});

const divergent = ['--epochs', '3', '--lr', '1e30'];

test('a loss that is not finite lists the images of its batch', async () => {
  const output = scratch();
  const { code, stderr } = await rdm([
    'pretrain',
    ...small,
    ...divergent,
    '--output',
    output,
    data,
  ]);
  assert.equal(code, 1);
  const told =
    /^rdm: (the (?:loss|gradient) is .* at epoch (\d+), step (\d+).* \(learning rate .*\))\n {5}(no checkpoint had been written yet|the last checkpoint, .*, is intact); the batch's images are listed in (.*); try a lower --lr, --precision fp32 or --on-divergence rollback$/m;
  const [, what, , , , list = ''] = told.exec(stderr) ?? [];
  assert.ok(what, stderr);
  const [first, ...images] = readFileSync(list, 'utf8').trim().split('\n');
  assert.equal(first, what);
  assert.equal(images.length, 16);
  for (const image of images) assert.ok(existsSync(image), image);
});

test('--on-divergence rollback goes back so many times, each with another order', async () => {
  const output = scratch();
  await pretrain({ ...options(output), epochs: 1 });
  const flags = ['--resume', 'auto', '--resume-anyway', '--on-divergence', 'rollback'];
  const { code, stderr } = await rdm([
    'pretrain',
    ...[...small, ...divergent, ...flags, '--output', output, data],
  ]);
  assert.equal(code, 1);
  const path = join(output, 'checkpoint_0000.pth.tar');
  for (const count of [1, 2, 3]) {
    const end = `: back to ${path}, and on with another order of the images (${count} of 3)\n`;
    assert.ok(stderr.includes(end), stderr);
  }
  assert.match(stderr, /^rdm: the (loss|gradient) is /m);
});

test('verify-resume finds a resumed run equal, and says what differs where it is not', async () => {
  const flags = [...small, '--epochs', '2', '--steps', '4'];
  const output = scratch();
  const { code, stdout, stderr } = await rdm(['verify-resume', ...flags, '--output', output, data]);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^4 steps straight and with a stop in between: all \d+ tensors are equal bit for bit\n$/,
  );
  assert.deepEqual(readdirSync(output), []);
});

test('verify-resume needs two steps', async () => {
  await assert.rejects(verifyResume(options(scratch()), 1), /--steps must be a whole number/);
});

test('a manifest is one of sha256sum, and a copied checkpoint goes on by its path', async () => {
  const output = scratch();
  await pretrain({ ...options(output), epochs: 1 });
  const path = join(output, 'checkpoint_0000.pth.tar');
  assert.match(
    readFileSync(`${path}.sha256`, 'utf8'),
    /^[0-9a-f]{64} {2}checkpoint_0000\.pth\.tar\n$/,
  );
  const copy = join(scratch(), 'copy.pth.tar');
  copyFileSync(path, copy);
  const { outcome } = await runPretrain({})(copy, scratch());
  assert.equal(outcome, 'done');
});
