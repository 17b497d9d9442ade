// Whether a run that was stopped and resumed comes to the same tensors as one that was not.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RdmError, writing } from '../base/errors.js';
import { native } from '../native/addon.js';
import { standardInput, toList, whole } from '../options/check.js';
import { checkKeys } from '../options/keys.js';
import { resolvePretrain } from '../options/runs.js';
import type { PretrainOptions } from '../options/types.js';
import type { Control } from '../types/events.js';
import type { ResumeCheck, Summary } from '../types/results.js';
import { hashTensors } from './checkpoints.js';
import { perform } from './job.js';

/**
 * Trains so many steps straight, and again with a stop after half of them, in folders below
 * `options.output` that are then removed, and compares every tensor of the two last checkpoints.
 */
export async function verifyResume(
  { seed = 0, ...options }: PretrainOptions,
  steps: number,
  control: Control = {},
): Promise<ResumeCheck> {
  checkKeys('pretrain', options, ['data', 'process', 'predictor']);
  if (toList(options.data).includes(standardInput)) {
    throw new RdmError(
      'usage',
      'standard input can be read once, and three runs are to read the list',
      'write the list to a file: images.txt',
    );
  }
  const resolved = { ...resolvePretrain({ ...options, seed }), resume: '', checkpointSteps: 0 };
  whole('--steps', steps, 2);
  const stopAt = Math.floor(steps / 2);
  const folder = await writing(resolved.output, async () => {
    mkdirSync(resolved.output, { recursive: true });
    return mkdtempSync(join(resolved.output, 'verify-resume-'));
  });
  const train = async (output: string, maxSteps: number, resume: string) => {
    const run = { ...resolved, output: join(folder, output), maxSteps, resume };
    return perform((onEvent) => native().pretrain(run, onEvent), control);
  };
  try {
    const straight = await train('straight', steps, '');
    const half = await train('resumed', stopAt, '');
    const rest = await train('resumed', steps - stopAt, half.checkpoint ?? '');
    if (control.signal?.aborted) return { outcome: 'stopped', steps: 0, tensors: 0, different: [] };
    return await compare(straight, rest, half.steps + rest.steps);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(straight: Summary, resumed: Summary, steps: number): Promise<ResumeCheck> {
  if (straight.steps !== steps) {
    throw new RdmError('internal', `${straight.steps} steps straight, but ${steps} with a stop`);
  }
  const [a, b] = [await hashes(straight), await hashes(resumed)];
  const other = new Map(b.map(({ name, sha256 }) => [name, sha256]));
  const different = a.filter(({ name, sha256 }) => other.get(name) !== sha256);
  return {
    outcome: 'done',
    steps,
    tensors: a.length,
    different: different.map(({ name }) => name),
  };
}

const hashes = ({ checkpoint }: Summary) => hashTensors(checkpoint ?? '');
