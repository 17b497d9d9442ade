// The options of what looks at a trained network (knn, spectrum, features, embed): complete, then checked
// and under the addon's names.
import { RdmError } from '../base/errors.js';
import { resolveProcess } from './process.js';
import { sent, withImages } from './sent.js';
import { type Complete, complete } from './table/table.js';
import type { EmbedOptions, KnnOptions, SpectrumOptions } from './types.js';

export function resolveKnn(given: KnnOptions) {
  const options = complete('knn', given);
  const found = sent('knn', options);
  refuseWithoutCheckpoint(found);
  return {
    ...withImages({ ...given, ...options }, found),
    process: resolveProcess({ ...given, device: options.device }),
    votes: votes(options),
  };
}

function refuseWithoutCheckpoint(
  found: Pick<Complete<'knn'>, 'pretrained' | 'features' | 'branch'>,
) {
  const { pretrained, features, branch } = found;
  if (pretrained || (features !== 'projector' && branch !== 'momentum')) return;
  throw new RdmError(
    'usage',
    'without a checkpoint there is neither a projector nor a momentum network',
    'pass --pretrained, or leave --features and --branch out',
  );
}

/** Every combination; euclidean distances have no temperature, so that the list counts once there. */
function votes({ distance, k, temperature }: Complete<'knn'>) {
  const none = complete('knn', {}).temperature;
  return distance.flatMap((name) =>
    k.flatMap((neighbours) =>
      (name === 'cosine' ? temperature : none).map((shown) => ({
        ...{ k: neighbours, temperature: shown },
        distance: name,
      })),
    ),
  );
}

export function resolveSpectrum(given: SpectrumOptions) {
  const options = complete('spectrum', given);
  return ofCheckpoint(given, { ...given, ...options }, sent('spectrum', options));
}

export function resolveFeatures(given: EmbedOptions) {
  const options = complete('embed', given);
  const found = ofCheckpoint(given, { ...given, ...options }, sent('embed', options));
  return { ...found, thumbnail: Math.min(found.thumbnail, found.cropSize) };
}

/** All validation images, some of which are looked at; these jobs run in one process. */
function ofCheckpoint<Found extends { cropSize: number; workers: number }>(
  { checkpoint }: Pick<SpectrumOptions, 'checkpoint'>,
  options: Parameters<typeof withImages>[0],
  found: Found,
) {
  return {
    ...withImages(options, found),
    ...{ val: '', fraction: 1, imagesPerClass: 0, valImagesPerClass: 0 },
    ...{ process: null, pretrained: checkpoint },
  };
}

export type MapOptions = Pick<Complete<'embed'>, 'neighbours' | 'minDist'> & { seed: number };

/** Of options that `resolveFeatures` has checked. */
export function mapOptions(given: EmbedOptions): MapOptions {
  const { neighbours, minDist, seed } = complete('embed', given);
  return { neighbours, minDist, seed: seed as number };
}
