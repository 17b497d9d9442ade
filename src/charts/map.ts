// A 2-D map of a checkpoint's features. Source: McInnes et al. 2018 (UMAP), as umap-js computes it.
import { RdmError } from '../base/errors.js';
import { native } from '../native/addon.js';
import { toList } from '../options/check.js';
import { checkKeys } from '../options/keys.js';
import { resolveFeatures, type Shape, shapeOf } from '../options/looking.js';
import type { MapOptions } from '../options/types.js';
import { features } from '../run/jobs.js';
import type { Control, MappingEvent } from '../types/events.js';
import type { FeatureMap, FeatureSet } from '../types/results.js';
import { Vectors } from '../vectors/vectors.js';

const stepsAnEvent = 10;

/** Progress counts images, then steps of the map. Distances are between directions: cosines. */
export async function map(
  options: MapOptions,
  control: Control<MappingEvent> = {},
): Promise<FeatureMap> {
  checkKeys('map', options, ['data']);
  const shape = shapeOf(options);
  const found = options.in ? await ofVectors(options) : await ofNetwork(options, control);
  const { thumbnails: jpeg, features: matrix, dim, ...set } = found;
  const rest = { ...set, thumbnails: jpeg && { jpeg, columns: Math.ceil(Math.sqrt(set.images)) } };
  if (set.outcome === 'stopped') return { ...rest, points: [] };
  if (set.images <= shape.neighbours) {
    throw new RdmError(
      'usage',
      `${set.images} images are too few for ${shape.neighbours} neighbours of each`,
      'pass fewer --neighbours or more --images',
    );
  }
  const points = await project(directions(matrix, dim), shape, control);
  return points ? { ...rest, points } : { ...rest, outcome: 'stopped', points: [] };
}

function ofNetwork(
  { in: _, pretrained, ...options }: MapOptions,
  control: Control<MappingEvent>,
): Promise<FeatureSet> {
  if (pretrained) {
    const { neighbours, minDist, seed, ...rest } = options;
    return features({ ...rest, checkpoint: pretrained }, control);
  }
  throw new RdmError(
    'usage',
    'neither weights nor vectors were given, of which the map is to be',
    'pass --pretrained FILE with images, or --in FILE of rdm embed',
  );
}

/** Some rows of a file, evenly spaced in their order, but for those of images that could not be read. */
async function ofVectors({ in: path = '', pretrained, data, ...options }: MapOptions) {
  if (pretrained || toList(data).length > 0) {
    throw new RdmError(
      'usage',
      '--in has the vectors of its images: neither weights nor places go with it',
      'leave --in out to draw other images',
    );
  }
  const { images: most, thumbnail } = resolveFeatures({ ...options, checkpoint: path, data: path });
  const vectors = Vectors.open(path);
  const count = most === 0 ? vectors.rows : Math.min(most, vectors.rows);
  const rows = Array.from({ length: count }, (_, at) => Math.floor((at * vectors.rows) / count))
    .map((row) => ({ ...vectors.image(row), vector: vectors.row(row) }))
    .filter(({ vector }) => vector.every(Number.isFinite));
  const matrix = new Float32Array(rows.length * vectors.dim);
  rows.forEach(({ vector }, at) => {
    matrix.set(vector, at * vectors.dim);
  });
  const classes = [...new Set(rows.flatMap(({ label }) => label ?? []))].sort();
  const paths = rows.map((image) => image.path ?? `row ${image.row}`);
  return {
    ...{ outcome: 'done' as const, images: rows.length, dim: vectors.dim, features: matrix },
    places: [{ place: path, layout: 'list' as const, images: rows.length }],
    labels: classes.length > 0 ? rows.map(({ label = '' }) => classes.indexOf(label)) : [],
    ...{ classes, paths },
    thumbnails: thumbnail > 0 ? await native().contactSheet({ paths, side: thumbnail }) : null,
  };
}

/** Rows of length 1, so that Euclidean distances order them as cosines do. */
function directions(matrix: FeatureSet['features'], dim: number): number[][] {
  return Array.from({ length: matrix.length / dim }, (_, row) => {
    const values = Array.from(matrix.subarray(row * dim, (row + 1) * dim));
    const length = Math.hypot(...values) || 1;
    return values.map((value) => value / length);
  });
}

/** Undefined where it was stopped on the way. */
async function project(
  rows: number[][],
  { neighbours, minDist, seed }: Shape,
  { signal, onEvent }: Control<MappingEvent>,
): Promise<[number, number][] | undefined> {
  const { UMAP } = await import('umap-js');
  const umap = new UMAP({ nNeighbors: neighbours, minDist, random: uniform(seed) });
  const tell = (done: number, total: number) => onEvent?.({ type: 'map', done, total });
  tell(0, 0);
  const steps = umap.initializeFit(rows);
  const points = await umap.fitAsync(rows, (step) => {
    if (step % stepsAnEvent === 0) tell(step, steps);
    return !signal?.aborted;
  });
  return signal?.aborted ? undefined : points.map(([x = 0, y = 0]) => [x, y]);
}

/** A linear congruential generator on [0, 1). Source: Numerical Recipes, section 7.1. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
