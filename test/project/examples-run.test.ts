// The stories of examples/, each run at a small size as a user would.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { synthesize } from 'rdm-ssl';
import { parse } from '../support/commands.js';
import { dataset, scratch } from '../support/folders.js';
import { root, run } from '../support/rdm.js';

const example = (name: string) => join(root, 'examples', name);
const cpu = { env: { CUDA_VISIBLE_DEVICES: '' } };

let data: string;
before(async () => {
  data = await dataset();
});

test('photographs.mjs names what is no image, trains, and draws a map', async () => {
  const photographs = join(data, 'train');
  const output = scratch();
  const broken = join(photographs, 'broken.jpg');
  writeFileSync(broken, 'no image');
  const { code, stdout, stderr } = await run(
    process.execPath,
    [example('photographs.mjs'), photographs, output, '2', '32'],
    cpu,
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^51 photographs, 1 of them cannot be read\n {2}.*broken\.jpg: /);
  assert.match(stdout, /^epoch 1: -?\d\.\d{4}$/m);
  assert.ok(existsSync(join(output, 'map.html')));
});

test('compare-filters.mjs compares three, and writes their report', async () => {
  const output = scratch();
  const classes = join(scratch(), 'shapes');
  await synthesize({ output: classes, trainPerClass: 7, valPerClass: 2, size: 40, seed: 1 });
  const args = [example('compare-filters.mjs'), classes, output, '1'];
  const { code, stdout, stderr } = await run(process.execPath, args, cpu);
  assert.equal(code, 0, stderr);
  for (const name of ['predictor', 'online-low-pass', 'target-high-pass']) {
    assert.match(stdout, new RegExp(`'${name}' .*'\\d+\\.\\d'`));
  }
  assert.ok(existsSync(join(output, 'filters.html')));
});

interface Told {
  id: number;
  state: string;
  error?: { code: string };
  result?: { checkpoint: string };
}

test('service.mjs trains one after the other, tells of errors, and stops on request', async () => {
  const folder = scratch();
  const clean = await dataset();
  const child = spawn(process.execPath, [example('service.mjs'), folder, '0'], {
    env: { ...process.env, ...cpu.env },
  });
  const [said] = await once(child.stdout, 'data');
  const url = String(said).trim();
  const ask = async (method: string, path = '', body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Told;
  };
  const until = async (id: number, states: string[]): Promise<Told> => {
    for (;;) {
      const told = await ask('GET', `/${id}`);
      if (states.includes(told.state)) return told;
      await pause(100);
    }
  };
  const small = { arch: 'resnet18', cropSize: 32, batchSize: 16, dim: 64, predDim: 32, workers: 2 };
  const short = await ask('POST', '', { data: clean, ...small, epochs: 1 });
  const wrong = await ask('POST', '', { data: '/nowhere', ...small });
  const endless = await ask('POST', '', { data: clean, ...small, epochs: 100_000 });
  assert.deepEqual([short.id, wrong.id, endless.id], [1, 2, 3]);
  assert.ok(existsSync((await until(1, ['done'])).result?.checkpoint ?? ''));
  assert.equal((await until(2, ['failed'])).error?.code, 'bad_data');
  await until(3, ['training']);
  await ask('DELETE', '/3');
  assert.ok(existsSync((await until(3, ['stopped'])).result?.checkpoint ?? ''));
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'close'), [0, null]);
});

test('imagenet.sh starts a process a GPU for both programs, and does not pretrain twice', () => {
  const cwd = scratch();
  const script = example('imagenet.sh');
  assert.equal(spawnSync('bash', ['-n', script]).status, 0);
  const dry = () => {
    const env = { ...process.env, DRY_RUN: '1', SLURM_JOB_ID: '7' };
    const { stdout, status } = spawnSync('bash', [script, '/data'], { cwd, env, encoding: 'utf8' });
    assert.equal(status, 0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
  };
  const [pretraining = [], classifier = []] = dry();
  for (const words of [pretraining, classifier]) {
    assert.deepEqual(words.slice(0, 4), [
      ...['srun', '--cpus-per-task=12', '--kill-on-bad-exit=0', 'node_modules/.bin/rdm'],
    ]);
    assert.equal(Number(parse(words.slice(4)).batchSize) % 8, 0);
  }
  assert.equal(parse(classifier.slice(4)).pretrained, 'runs/7/checkpoint_0099.pth.tar');
  mkdirSync(join(cwd, 'runs/7'), { recursive: true });
  writeFileSync(join(cwd, 'runs/7/checkpoint_0099.pth.tar'), '');
  const [only = [], ...rest] = dry();
  assert.equal(only[4], 'lincls');
  assert.deepEqual(rest, []);
});
