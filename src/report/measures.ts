// What a run comes to: the numbers by which runs are compared.
import { type MeasureName, measureNames } from '../types/choices.js';
import type { Measures } from '../types/report.js';
import type { Run } from './runs.js';
import {
  epochs,
  evaluations,
  mean,
  neighbours,
  type Point,
  ranks,
  scores,
  trainSteps,
} from './series.js';

export interface Measure {
  name: MeasureName;
  title: string;
  digits: number;
  /** Whether the better of two runs has more of it, or less. */
  better: 'more' | 'less';
  /** Of the run as far as it is; undefined where it has none. */
  of: (run: Run) => number | undefined;
}

/** In the order of `measureNames`. */
const each: Record<MeasureName, Omit<Measure, 'name'>> = {
  loss: {
    ...{ title: 'loss', digits: 4, better: 'less' },
    of: (run) =>
      last(epochs(run, ({ loss }) => loss)) ?? last(trainSteps(run, ({ loss }) => loss.average)),
  },
  online: {
    ...{ title: 'effective rank, online', digits: 1, better: 'more' },
    of: (run) => ofLastEpoch(ranks(run, ({ online }) => online.effectiveRank)),
  },
  target: {
    ...{ title: 'effective rank, target', digits: 1, better: 'more' },
    of: (run) => ofLastEpoch(ranks(run, ({ target }) => target.effectiveRank)),
  },
  difference: {
    ...{ title: 'rank difference', digits: 1, better: 'more' },
    of: (run) => ofLastEpoch(ranks(run, ({ difference }) => difference)),
  },
  top1: {
    ...{ title: 'validation top-1, %', digits: 2, better: 'more' },
    of: (run) => last(evaluations(run, ({ top1 }) => top1)),
  },
  knn: {
    ...{ title: 'kNN top-1, %', digits: 2, better: 'more' },
    of: (run) => last(neighbours(run, ({ top1 }) => top1)),
  },
  rankme: {
    ...{ title: 'RankMe', digits: 1, better: 'more' },
    of: (run) => last(scores(run, ({ rankMe }) => rankMe)),
  },
  alpha: {
    ...{ title: 'alpha-ReQ', digits: 3, better: 'less' },
    of: (run) => last(scores(run, ({ alphaReq }) => alphaReq)),
  },
  lidar: {
    ...{ title: 'LiDAR', digits: 1, better: 'more' },
    of: (run) => last(scores(run, ({ lidar }) => lidar)),
  },
};

export const measures: readonly Measure[] = measureNames.map((name) => ({ name, ...each[name] }));

export const measuresOf = (run: Run): Measures =>
  Object.fromEntries(measures.map(({ name, of }) => [name, of(run) ?? null])) as Measures;

const last = (points: Point[]): number | undefined => points.at(-1)?.[1];

/** The mean of the last epoch, as one batch's rank says little. */
function ofLastEpoch(points: Point[]): number | undefined {
  if (points.length === 0) return undefined;
  const begin = Math.ceil(points.at(-1)?.[0] ?? 0) - 1;
  return mean(points.filter(([x]) => x > begin).map(([, y]) => y));
}
