// A verdict as people read it: its name, and the numbers that it rests on.
import {
  type Drift,
  nameOfStanding,
  type Summary,
  type Verdict,
  type VerdictEvent,
} from '../../index.js';
import { position, signed } from './format.js';
import type { Remark } from './print.js';

const cure = 'a learnable predictor, poly > 0 online or poly < 0 on the target prevents it';

/** The reason for a bad verdict, and what to do. */
const warnings: Record<Exclude<Verdict, 'healthy'>, [reason: string, remedy: string]> = {
  dimensional_collapse: [
    'the features lie in few directions, and no rank difference opens others',
    cure,
  ],
  complete_collapse: ['nearly all images have the same features', cure],
  not_learning: [
    'neither loss nor effective ranks have moved since the first epoch',
    'look at the learning rate: --lr is the rate for a batch of 256',
  ],
  drifting: [
    'the backbone has lost much of what the weights that it began with could tell apart',
    'a lower --lr or --backbone-lr-factor keeps more of them; --head-warmup-epochs trains new heads first',
  ],
};

/** In the style of the other lines on stdout. */
export function verdictLine(event: VerdictEvent, stepsPerEpoch: number): string {
  const { epoch, step, verdict } = event;
  return `Verdict: [${epoch}]${position(step, stepsPerEpoch)}\t${nameOfStanding(verdict)}\t${numbers(event)}`;
}

/** On a terminal, above the live line. */
export const describeVerdict = (event: VerdictEvent): string =>
  `verdict: ${nameOfStanding(event.verdict)} (${numbers(event)})`;

/** At a run's end, where no verdict was told on the way. */
export const standingLines = ({ outcome, verdict }: Summary): string[] =>
  outcome === 'done' && (verdict === 'too_early' || verdict === 'undecided')
    ? [`verdict: ${nameOfStanding(verdict)}`]
    : [];

/** Undefined where all is well. */
export function verdictWarning({ verdict }: VerdictEvent): Remark | undefined {
  if (verdict === 'healthy') return undefined;
  const [reason, remedy] = warnings[verdict];
  return [`warning: ${nameOfStanding(verdict)}: ${reason}`, remedy];
}

function driftNumbers({ rank, startRank, top1, startTop1 }: Drift): string[] {
  const accuracy =
    top1 !== null && startTop1 !== null
      ? [`kNN@1 ${top1.toFixed(2)} (${startTop1.toFixed(2)} at the start)`]
      : [];
  return [`backbone rank ${rank.toFixed(2)} (${startRank.toFixed(2)} at the start)`, ...accuracy];
}

function numbers({ verdict, evidence }: VerdictEvent): string {
  const { onlineRank, targetRank, difference, fullRank, featureStd, alignment, drift } = evidence;
  return [
    ...(drift && verdict === 'drifting' ? driftNumbers(drift) : []),
    `ranks ${onlineRank.toFixed(2)} → ${targetRank.toFixed(2)} of ${fullRank}`,
    `difference ${signed(difference, 2)}`,
    `std ${featureStd.toFixed(2)}`,
    `alignment ${alignment.toFixed(2)}`,
  ].join(', ');
}
