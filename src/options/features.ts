// Options of spectrum, features and embed: complete, then checked and under the addon's names.
import type { NativeFeatureOptions, NativeSpectrumOptions } from '../native/addon.js';
import type { EmbedOptions, SpectrumOptions } from '../types/options.js';
import { real, whole } from './checks.js';
import { resolveImages, resolveLayer, resolveNetwork } from './common.js';
import { embedDefaults, spectrumDefaults, withDefaults, withSizes } from './defaults.js';

export function resolveSpectrum(given: SpectrumOptions): NativeSpectrumOptions {
  return resolveSource(withSizes(withDefaults(spectrumDefaults, given)));
}

export function resolveFeatures(given: EmbedOptions): NativeFeatureOptions {
  const options = withSizes(withDefaults(embedDefaults, given));
  const thumbnail = whole('--thumbnail', options.thumbnail, 0);
  return {
    ...resolveSource(options),
    ...resolveLayer(options),
    thumbnail: Math.min(thumbnail, options.cropSize),
  };
}

export interface MapOptions {
  neighbours: number;
  minDist: number;
  seed: number;
}

export function resolveMap(given: EmbedOptions): MapOptions {
  const { neighbours, minDist, seed } = withDefaults(embedDefaults, given);
  return {
    neighbours: whole('--neighbours', neighbours, 2),
    minDist: real('--min-dist', minDist, 0, 1),
    seed: whole('--seed', seed, 0),
  };
}

type Source = Omit<Parameters<typeof resolveImages>[0], 'imagesPerClass' | 'valImagesPerClass'> &
  Parameters<typeof resolveNetwork>[0] & { checkpoint: string; images: number };

function resolveSource(options: Source): NativeSpectrumOptions {
  return {
    ...resolveImages({ ...options, imagesPerClass: 0, valImagesPerClass: 0 }),
    ...resolveNetwork(options),
    process: null, // these jobs run in one
    pretrained: options.checkpoint,
    images: whole('--images', options.images, 0),
  };
}
