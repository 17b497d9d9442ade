// An output folder that holds a run already: nothing of it is replaced by another run's, unless that is said.
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { RdmError } from '../base/errors.js';
import type { Training } from '../types/choices.js';

/** The checkpoints of each that would be replaced. They lie beside each other. */
const own: Record<Training, RegExp> = {
  pretrain: /^checkpoint_(\d{4,15})(?:-(\d{6,15}))?\.pth\.tar$/,
  lincls: /^checkpoint\.pth\.tar$/,
  finetune: /^checkpoint\.pth\.tar$/,
};
const withLabels = /^(checkpoint|model_best)\.pth\.tar(\.sha256)?$/;
const ofRuns =
  /^(checkpoint(_[\d-]+)?|model_best)\.pth\.tar(\.sha256)?$|^(events\.jsonl|run\.json)$|^(bad-images|diverged)-.*\.txt$|^events\.out\.tfevents\./;

interface Wanted {
  output: string;
  /** As --resume says it; empty: begin anew. */
  resume: string;
  overwrite: boolean;
}

/**
 * Makes sure that the run may write to its folder: it is empty of such runs, or the run goes on with the one that
 * is there, or moves that one aside. Throws `occupied`, or `usage` where both are asked for.
 */
export function claimOutput(command: Training, { output, resume, overwrite }: Wanted): void {
  const names = existsSync(output) ? readdirSync(output) : [];
  const held = names.filter((name) => own[command].test(name)).sort(byPlace);
  const last = held.at(-1);
  if (overwrite && resume) {
    throw new RdmError(
      'usage',
      '--overwrite begins anew, and --resume goes on',
      'give one of them',
    );
  }
  if (last !== undefined && overwrite) moveAside(output, command, names);
  if (last === undefined || overwrite || resume === 'auto') return;
  if (!resume || !isIn(output, resume)) {
    throw new RdmError(
      'occupied',
      `${output} holds a run, whose last checkpoint is ${last}`,
      '--resume auto goes on with it; --overwrite moves it aside and begins anew',
    );
  }
  const from = held.find((name) => name === resume.slice(resume.lastIndexOf('/') + 1));
  if (from === undefined || from === last) return;
  throw new RdmError(
    'bad_output',
    `${output} holds checkpoints of after ${from}, up to ${last}`,
    '--resume auto goes on from the last; to go another way from there, pass another --output',
  );
}

/** In the order of the run: checkpoint_0003-000120 is in the middle of epoch 3, checkpoint_0003 at its end. */
function byPlace(one: string, other: string): number {
  const [epoch, step] = checkpointPlace(one) ?? [0, 0];
  const [otherEpoch, otherStep] = checkpointPlace(other) ?? [0, 0];
  return epoch - otherEpoch || step - otherStep;
}

/** Epochs that are done in a checkpoint of this name, and steps of the next; undefined of another file. */
export function checkpointPlace(name: string): [epoch: number, step: number] | undefined {
  const [, epoch, step] = own.pretrain.exec(name) ?? [];
  if (epoch === undefined) return undefined;
  return step ? [Number(epoch), Number(step)] : [Number(epoch) + 1, 0];
}

function isIn(output: string, checkpoint: string): boolean {
  const folder = dirname(resolve(checkpoint));
  return existsSync(folder) && realpathSync(folder) === realpathSync(output);
}

/** Into a folder of its own within this one, so that it can be renamed at once, and the folder may be the working one. */
function moveAside(output: string, command: Training, names: string[]): void {
  if (names.includes('.rdm-lock')) {
    throw new RdmError(
      'bad_output',
      `a run may still write to ${output}: there is a .rdm-lock`,
      'wait for it to end; where it was killed, remove that file',
    );
  }
  const beside = command !== 'pretrain' && names.some((name) => own.pretrain.test(name));
  const moved = names.filter((name) => (beside ? withLabels : ofRuns).test(name));
  const taken = names.flatMap((name) => /^replaced-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  const aside = join(output, `replaced-${taken.reduce((most, one) => Math.max(most, one), 0) + 1}`);
  try {
    mkdirSync(aside);
    for (const name of moved) renameSync(join(output, name), join(aside, name));
  } catch (cause) {
    throw new RdmError(
      'bad_output',
      `cannot move the run in ${output} aside: ${(cause as Error).message}`,
      'pass another folder: --output DIR',
      { cause },
    );
  }
}
