// torchrun, as pip installs it, starts two processes that train and write one checkpoint.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { inspectCheckpoint } from 'rdm-ssl';
import { scratch } from '../support/folders.js';
import { few, images, stepsIn } from '../support/processes.js';
import { pythonWithTorch } from '../support/python.js';
import { bin, run } from '../support/rdm.js';

const { data, name } = await images();

test(`torchrun trains two processes on ${name}`, { timeout: 180_000 }, async (context) => {
  const python = pythonWithTorch();
  if (!python) return context.skip('no Python with torch');
  const output = scratch();
  const torchrun = ['-m', 'torch.distributed.run', '--no-python', '--nproc-per-node', '2'];
  const line = ['pretrain', ...few, '--epochs', '1', '--output', output, data];
  const { code, stdout, stderr } = await run(
    'python3',
    [
      ...torchrun,
      '--rdzv-backend',
      'c10d',
      '--rdzv-endpoint',
      'localhost:0',
      process.execPath,
      bin,
      ...line,
    ],
    { env: python },
  );
  assert.equal(code, 0, stderr);
  const [start = '', ...others] = stdout.split('\n');
  assert.equal(JSON.parse(start).processes, 2);
  assert.equal(stepsIn(others.join('\n')), 2); // rank 0's alone
  assert.deepEqual(
    readdirSync(output).filter((file) => file.endsWith('.pth.tar')),
    ['checkpoint_0000.pth.tar'],
  );
  const { kind, arch, epoch } = await inspectCheckpoint(join(output, 'checkpoint_0000.pth.tar'));
  assert.deepEqual({ kind, arch, epoch }, { kind: 'simsiam', arch: 'vit_tiny', epoch: 1 });
});
