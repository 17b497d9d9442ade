// The options of the jobs around datasets, complete and checked.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { NativeCheckOptions, NativeSynthesizeOptions } from '../native/addon.js';
import type { CheckOptions, SynthesizeOptions } from '../types/datasets.js';
import { folder, whole } from './checks.js';
import { pretrainDefaults, synthesizeDefaults, withDefaults } from './defaults.js';

export function resolveCheck(given: CheckOptions): NativeCheckOptions {
  const { maxImagePixels } = pretrainDefaults;
  const options = withDefaults({ workers: availableParallelism(), maxImagePixels }, given);
  return {
    data: folder(options.data),
    workers: whole('--workers', options.workers, 1),
    maxImagePixels: whole('--max-image-pixels', options.maxImagePixels, 1),
  };
}

export function resolveSynthesize(given: SynthesizeOptions): NativeSynthesizeOptions {
  const options = withDefaults(synthesizeDefaults, given);
  return {
    output: resolve(options.output),
    trainPerClass: whole('--train-per-class', options.trainPerClass, 1),
    valPerClass: whole('--val-per-class', options.valPerClass, 1),
    size: whole('--size', options.size, 8),
    seed: whole('--seed', options.seed, 0),
  };
}
