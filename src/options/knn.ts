// rdm knn's options: complete, then checked and under the addon's names.
import type { NativeKnnOptions, NativeVote } from '../native.js';
import { type Distance, distances, type KnnOptions } from '../types.js';
import { oneOf, positive, whole } from './checks.js';
import { resolveImages, resolveNetwork } from './common.js';
import { knnDefaults, withDefaults, withSizes } from './defaults.js';

export function resolveKnn(given: KnnOptions): NativeKnnOptions {
  const options = withSizes(withDefaults(knnDefaults, given));
  return {
    ...resolveImages(options),
    ...resolveNetwork(options),
    pretrained: options.pretrained,
    votes: resolveVotes(options.distance, options.k, options.temperature),
  };
}

/** Every combination; euclidean distances have no temperature, so that the list counts once there. */
function resolveVotes(distance: Distance[], k: number[], temperature: number[]): NativeVote[] {
  const ks = k.map((value) => whole('--k', value, 1));
  const temperatures = temperature.map((value) => positive('--temperature', value));
  return distance
    .map((name) => oneOf('distance', name, distances))
    .flatMap((name) => {
      const shown = name === 'cosine' ? temperatures : knnDefaults.temperature;
      return ks.flatMap((k) => shown.map((temperature) => ({ k, temperature, distance: name })));
    });
}
