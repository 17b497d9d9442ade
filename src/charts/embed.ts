// A 2-D map of a checkpoint's features. Source: McInnes et al. 2018 (UMAP), as umap-js computes it.
import { RdmError } from '../base/errors.js';
import { type MapOptions, mapOptions } from '../options/looking.js';
import type { EmbedOptions } from '../options/types.js';
import { features } from '../run/jobs.js';
import type { Control, EmbedEvent } from '../types/events.js';
import type { Embedding, FeatureSet } from '../types/results.js';

const stepsAnEvent = 10;

/** Progress counts images, then steps of the map. Distances are between directions: cosines. */
export async function embed(
  options: EmbedOptions,
  control: Control<EmbedEvent> = {},
): Promise<Embedding> {
  const { thumbnails: jpeg, features: matrix, dim, ...set } = await features(options, control);
  const rest = { ...set, thumbnails: jpeg && { jpeg, columns: Math.ceil(Math.sqrt(set.images)) } };
  if (set.outcome === 'stopped') return { ...rest, points: [] };
  const map = mapOptions(options);
  if (set.images <= map.neighbours) {
    throw new RdmError(
      'usage',
      `${set.images} images are too few for ${map.neighbours} neighbours of each`,
      'pass fewer --neighbours or more --images',
    );
  }
  const points = await project(directions(matrix, dim), map, control);
  return points ? { ...rest, points } : { ...rest, outcome: 'stopped', points: [] };
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
  { neighbours, minDist, seed }: MapOptions,
  { signal, onEvent }: Control<EmbedEvent>,
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
