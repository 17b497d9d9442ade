// Several checkpoints through the paper's lens, on the same images.
import { basename, dirname, resolve } from 'node:path';
import { RdmError } from '../base/errors.js';
import { checkKeys } from '../options/keys.js';
import type { CompareOptions } from '../options/types.js';
import type { Control, FeatureEvent } from '../types/events.js';
import type { ComparedRun, Comparison } from '../types/results.js';
import { knn, spectrum } from './jobs.js';

/** What the methods of checkpoints compare, one after the other. Progress counts images, anew for each of them. */
export async function compare(
  { checkpoints, knn: neighbours = false, ...options }: CompareOptions,
  control: Control<FeatureEvent> = {},
): Promise<Comparison> {
  checkKeys('compare', options, ['data']);
  const runs: ComparedRun[] = [];
  const found: Comparison = { outcome: 'stopped', images: 0, places: [], runs };
  for (const checkpoint of checkpoints) {
    const { outcome, images, places, compared } = await spectrum(
      { ...options, checkpoint },
      control,
    );
    if (outcome === 'stopped') return found;
    if (!compared) throw notCompared(checkpoint);
    Object.assign(found, { images, places });
    const top1 = neighbours ? await accuracy(checkpoint, options, control) : null;
    if (top1 === undefined) return found;
    runs.push({ ...compared, checkpoint, name: nameOf(checkpoint, checkpoints), knn: top1 });
  }
  return { ...found, outcome: 'done' };
}

const notCompared = (checkpoint: string) =>
  new RdmError(
    'bad_checkpoint',
    `${checkpoint} does not say which method its networks are of`,
    'take checkpoints that rdm pretrain wrote',
  );

/** Undefined where it was stopped. */
async function accuracy(
  pretrained: string,
  { images, ...options }: Omit<CompareOptions, 'checkpoints' | 'knn'>,
  { signal }: Control<FeatureEvent>,
): Promise<number | undefined> {
  const { results } = await knn({ ...options, pretrained, k: [20] }, { signal });
  return results[0]?.top1;
}

/** The innermost folder in which no other checkpoint is. */
function nameOf(checkpoint: string, all: string[]): string {
  const others = all.map((one) => resolve(one)).filter((one) => one !== resolve(checkpoint));
  const alone = (folder: string) => !others.some((one) => one.startsWith(`${folder}/`));
  const folder = dirname(resolve(checkpoint));
  return basename(alone(folder) ? folder : checkpoint);
}
