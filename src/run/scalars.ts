// The numbers of a run that are plotted, by name and step: TensorBoard's and MLflow's.
import type { Event, LensEvent, Meter } from '../types/events.js';

export type Scalars = Record<string, number>;

/** What an event adds to the curves; steps count from the run's beginning. */
export interface Point {
  step: number;
  scalars: Scalars;
}

/** Takes a run's events in their order. */
export function plotted(): (event: Event) => Point | undefined {
  let stepsPerEpoch = 1;
  return (event) => {
    if (event.type === 'start') stepsPerEpoch = event.stepsPerEpoch;
    const found = scalarsOf(event);
    if (!found) return undefined;
    const given = Object.entries(found).filter(
      (entry): entry is [string, number] => entry[1] !== undefined,
    );
    return { step: stepAt(event, stepsPerEpoch), scalars: Object.fromEntries(given) };
  };
}

/** Of the whole run, when this was measured. */
function stepAt(event: Event, stepsPerEpoch: number): number {
  if (event.type === 'representation') return event.epochs * stepsPerEpoch;
  const { epoch = 0, step = stepsPerEpoch } = event as { epoch?: number; step?: number };
  return epoch * stepsPerEpoch + step;
}

type Found = Record<string, number | undefined>;

/** The plotted numbers of an event by their tags; a tag begins with its group. */
function scalarsOf(event: Event): Found | undefined {
  switch (event.type) {
    case 'step':
      return event.phase === 'train' ? stepScalars(event) : undefined;
    case 'rank':
      return {
        'rank/online': event.online.effectiveRank,
        'rank/target': event.target.effectiveRank,
        'rank/difference': event.difference,
        'rank/online_squared': event.online.effectiveRankSquared,
        'rank/target_squared': event.target.effectiveRankSquared,
        'rank/online_std': event.online.featureStd,
        'rank/target_std': event.target.featureStd,
        'rank/alignment': event.alignment,
      };
    case 'epoch':
      return { 'epoch/loss': event.loss, 'epoch/images_per_second': event.imagesPerSecond };
    case 'evaluation':
      return {
        'validation/top1': event.top1,
        'validation/top5': event.top5,
        'validation/loss': event.loss,
      };
    case 'knn':
      return { 'knn/top1': event.top1, 'knn/top5': event.top5 };
    case 'score':
      return {
        'score/rankme': event.rankMe,
        'score/alpha': event.alphaReq,
        'score/lidar': event.lidar,
      };
    case 'lens':
      return {
        'lens/online': rankOf(event, 'online'),
        'lens/target': rankOf(event, 'target'),
        'lens/sigma': event.filter?.sigma ?? undefined,
        'lens/fit': event.filter?.fit ?? undefined,
      };
    case 'representation':
      return {
        'backbone/rank': event.now.effectiveRank,
        'backbone/rank_squared': event.now.effectiveRankSquared,
      };
    default:
      return undefined;
  }
}

const rankOf = ({ branches }: LensEvent, name: 'online' | 'target') =>
  branches.find(({ branch }) => branch === name)?.effectiveRank;

interface Step {
  loss: Meter;
  lr: number;
  imagesPerSecond: number;
  dataSeconds: Meter;
  top1?: Meter;
  top5?: Meter;
  momentumTop1?: Meter;
}

const stepScalars = (step: Step): Found => ({
  'train/loss': step.loss.value,
  'train/learning_rate': step.lr,
  'train/images_per_second': step.imagesPerSecond,
  'train/data_seconds': step.dataSeconds.value,
  'train/top1': step.top1?.value,
  'train/top5': step.top5?.value,
  'train/momentum_top1': step.momentumTop1?.value,
});
