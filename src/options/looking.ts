// The options of what looks at a trained network (knn, spectrum, features, map, embed, score, probe, predict): complete, then checked
// and under the addon's names.
import { dirname } from 'node:path';
import { RdmError } from '../base/errors.js';
import { check } from './check.js';
import { resolveProcess } from './process.js';
import { sent, withImages } from './sent.js';
import { type Complete, complete } from './table/table.js';
import type {
  EmbedOptions,
  FeatureOptions,
  KnnOptions,
  MapOptions,
  PredictOptions,
  ProbeOptions,
  ScoreOptions,
  SpectrumOptions,
} from './types.js';

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

export function resolveScore(given: ScoreOptions) {
  const options = complete('score', given);
  return ofCheckpoint(given, { ...given, ...options }, sent('score', options));
}

export function resolvePredict(given: PredictOptions) {
  const options = complete('predict', given);
  return ofCheckpoint(given, { ...given, ...options }, sent('predict', options));
}

export function resolveProbe(given: ProbeOptions) {
  const options = complete('probe', given);
  const found = sent('probe', options);
  if (options.save && options.features === 'projector') {
    throw new RdmError(
      'usage',
      '--save keeps a classifier on the backbone, and this one is on the projector',
      'leave --features or --save out',
    );
  }
  return {
    ...withImages({ ...given, ...options }, found),
    ...{ process: null, pretrained: given.checkpoint },
    thumbnail: Math.min(found.thumbnail, found.cropSize),
  };
}

export function resolveFeatures(given: FeatureOptions) {
  const options = complete('map', given);
  const found = ofCheckpoint(given, { ...given, ...options }, sent('map', options));
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

/** What the addon gets, and the file that its rows become. */
export function resolveEmbed(given: EmbedOptions) {
  const options = complete('embed', given);
  const found = sent('embed', options);
  const output = check('--output', { kind: 'path' }, options.output) as string;
  const { pretrained: checkpoint } = found;
  if (!checkpoint) {
    throw new RdmError(
      'usage',
      'no weights were given, of which the vectors are to be',
      'pass --pretrained FILE: a checkpoint of rdm, torchvision, timm or another library',
    );
  }
  const resolved = {
    ...ofCheckpoint({ checkpoint }, { ...given, ...options }, found),
    ...{ output: dirname(output), file: `${output}.partial`, images: 0 },
  };
  return { resolved, output };
}

export type Shape = Pick<Complete<'map'>, 'neighbours' | 'minDist'> & { seed: number };

export function shapeOf(given: MapOptions): Shape {
  const options = complete('map', given);
  sent('map', options); // checks them all
  const { neighbours, minDist, seed } = options;
  return { neighbours, minDist, seed: seed as number };
}
