// A verdict as people read it: its name, and the numbers that it rests on.
import { nameOfStanding, type Summary, type Verdict, type VerdictEvent } from '../../index.js';
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

function numbers({ evidence }: VerdictEvent): string {
  const { onlineRank, targetRank, difference, fullRank, featureStd, alignment } = evidence;
  return [
    `ranks ${onlineRank.toFixed(2)} → ${targetRank.toFixed(2)} of ${fullRank}`,
    `difference ${signed(difference, 2)}`,
    `std ${featureStd.toFixed(2)}`,
    `alignment ${alignment.toFixed(2)}`,
  ].join(', ');
}
