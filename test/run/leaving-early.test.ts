// Leaving early: signals, abort, process.exit and a terminated worker, each with a deadline.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Event, inspectCheckpoint, pretrain } from 'rdm-ssl';
import { dataset, scratch, small } from '../support/folders.js';
import { rdm, root, run } from '../support/rdm.js';

const deadline = { timeout: 60_000 };
const endless = ['--epochs', '100000'];

let data: string;
before(async () => {
  data = await dataset();
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGUSR1', 138],
] as const) {
  test(`${signal} finishes the step, saves and exits ${code}`, deadline, async () => {
    const output = scratch();
    let sent = false;
    const result = await rdm(['pretrain', ...small, ...endless, '--output', output, data], {
      onStdout: (child, stdout) => {
        if (sent || !stdout.includes('[1/3]')) return;
        sent = child.kill(signal);
      },
    });
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, /^rdm: stopping after this step; once more to leave at once$/m);
    const [, path] = /^rdm: stopped; the last checkpoint is (.*)$/m.exec(result.stderr) ?? [];
    assert.ok(path, result.stderr);
    const again = result.stderr.trimEnd().split('\n').at(-1) ?? '';
    assert.match(again, /^rdm: to go on: rdm pretrain .*--epochs 100000 .* --resume auto$/);
    assert.equal((await inspectCheckpoint(path)).arch, 'vit_tiny');
    const resumed = ['--epochs', '1', '--resume', path, '--output', output, data];
    const rest = await rdm(['pretrain', ...small, ...resumed]);
    assert.equal(rest.code, 0, rest.stderr);
  });
}

test('--time-limit saves and exits 124', deadline, async () => {
  const output = scratch();
  const limited = [...endless, '--time-limit', '6s', '--output', output, data];
  const { code, stderr } = await rdm(['pretrain', ...small, ...limited]);
  assert.equal(code, 124, stderr);
  assert.match(stderr, /^rdm: stopping after this step; the time limit is reached$/m);
  const [, path] = /^rdm: stopped; the last checkpoint is (.*)$/m.exec(stderr) ?? [];
  assert.ok(path, stderr);
  assert.equal((await inspectCheckpoint(path)).kind, 'simsiam');
});

test('--time-limit may be a month', deadline, async () => {
  const limited = ['--epochs', '1', '--time-limit', '30d', '--output', scratch(), data];
  const { code, stderr } = await rdm(['pretrain', ...small, ...limited]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^rdm: done; the last checkpoint is .*checkpoint_0000\.pth\.tar$/m);
});

for (const time of ['', '3', '3x', '-2m', '0s']) {
  test(`--time-limit '${time}' is no time`, async () => {
    const { code, stderr } = await rdm(['pretrain', `--time-limit=${time}`, data]);
    assert.equal(code, 2);
    assert.match(stderr, /time such as 20m or 3h50m/);
  });
}

test('a second signal leaves at once', deadline, async () => {
  const big = ['-a', 'vit_base', '--crop-size', '224', '-b', '48']; // a step of many seconds
  const result = await rdm(['pretrain', ...small, ...big, '-p', '1', '--output', scratch(), data], {
    onStdout: (child, stdout) => {
      if (!stdout.includes('=> creating model') || child.killed) return;
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGINT'), 500);
    },
  });
  assert.equal(result.signal, 'SIGINT');
});

test('an aborted run resolves as stopped, and no event follows', deadline, async () => {
  const controller = new AbortController();
  const events: Event[] = [];
  const summary = await pretrain(
    { ...options(), data },
    {
      signal: controller.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.type === 'step') controller.abort();
      },
    },
  );
  const seen = events.length;
  assert.equal(summary.outcome, 'stopped');
  assert.ok(summary.checkpoint);
  assert.equal((await inspectCheckpoint(summary.checkpoint)).kind, 'simsiam');
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(events.length, seen);
});

test('a run whose signal is already aborted stops after a step', deadline, async () => {
  const summary = await pretrain({ ...options(), data }, { signal: AbortSignal.abort() });
  assert.equal(summary.outcome, 'stopped');
});

test('an error thrown by onEvent ends the run and is what the caller gets', deadline, async () => {
  const onEvent = () => {
    throw new Error('from the caller');
  };
  await assert.rejects(pretrain({ ...options(), data }, { onEvent }), /^Error: from the caller$/);
});

test('a process may call process.exit() in the middle of a run', deadline, async () => {
  const script = program(`onEvent: ({ type }) => { if (type === 'step') process.exit(7); }`);
  const { code, signal, stderr } = await run(process.execPath, [script]);
  assert.deepEqual({ code, signal }, { code: 7, signal: null }, stderr);
});

test('a worker may be terminated at any moment of a run', deadline, async () => {
  const control = `onEvent: ({ type }) => { if (type === 'step') parentPort.postMessage('running'); }`;
  for (const milliseconds of [0, 15, 30, 45, 60, 75]) {
    const worker = new Worker(program(control));
    await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await pause(milliseconds);
    assert.equal(await worker.terminate(), 1);
  }
  // The addon still works here afterwards.
  const after = { ...options(), epochs: 1 };
  assert.equal((await pretrain({ ...after, data })).outcome, 'done');
});

function options() {
  const sizes = { cropSize: 32, batchSize: 16, dim: 64, predDim: 32, epochs: 100_000 };
  const arch = 'resnet18' as const;
  return { output: scratch(), arch, printFreq: 1, workers: 2, device: 'cpu' as const, ...sizes };
}

/** A script that pretrains endlessly with this as its control. */
function program(control: string): string {
  const script = join(scratch(), 'run.mjs');
  const library = JSON.stringify(new URL(`file://${root}dist/index.js`).href);
  writeFileSync(
    script,
    `import { parentPort } from 'node:worker_threads';
     import { pretrain } from ${library};
     await pretrain(${JSON.stringify({ ...options(), data })}, { ${control} });`,
  );
  return script;
}
