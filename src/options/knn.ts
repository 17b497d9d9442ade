// rdm knn's options: complete, then checked and under the addon's names.
import { RdmError } from '../base/errors.js';
import type { NativeKnnOptions, NativeVote } from '../native/addon.js';
import { type Distance, distances } from '../types/choices.js';
import type { KnnOptions, LayerOptions } from '../types/options.js';
import { oneOf, positive, whole } from './checks.js';
import { resolveImages, resolveLayer, resolveNetwork } from './common.js';
import { knnDefaults, withDefaults, withSizes } from './defaults.js';
import { resolveProcess } from './process.js';

export function resolveKnn(given: KnnOptions): NativeKnnOptions {
  const options = withSizes(withDefaults(knnDefaults, given));
  refuseWithoutCheckpoint(options);
  return {
    process: resolveProcess(options),
    ...resolveImages(options),
    ...resolveNetwork(options),
    ...resolveLayer(options),
    pretrained: options.pretrained,
    votes: resolveVotes(options.distance, options.k, options.temperature),
  };
}

function refuseWithoutCheckpoint({
  pretrained,
  features,
  branch,
}: LayerOptions & { pretrained: string }) {
  if (pretrained || (features !== 'projector' && branch !== 'momentum')) return;
  throw new RdmError(
    'usage',
    'without a checkpoint there is neither a projector nor a momentum network',
    'pass --pretrained, or leave --features and --branch out',
  );
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
