// On a terminal: one live line on stderr, and a line on stdout for every finished epoch.
import ora from 'ora';
import type { EpochEvent, Event, RankEvent, StartEvent, StepEvent, Summary } from '../../index.js';
import { evaluationLine, neighboursLine } from './lines.js';
import { describeSummary, remark } from './messages.js';
import type { Output } from './output.js';
import { print, say } from './print.js';
import { printable } from './printable.js';
import { duration, signed } from './units.js';
import { describeVerdict } from './verdict.js';

export function spinnerOutput(): Output<Event, Summary> {
  const spinner = ora({ text: 'starting', discardStdin: false, isEnabled: true }).start();
  let start: StartEvent | undefined;
  let step: StepEvent | undefined;
  let rank: RankEvent | undefined;
  const above = (print: () => void) => {
    spinner.clear();
    print();
    spinner.render();
  };
  return {
    event: (event) => {
      if (event.type === 'start') start = event;
      if (event.type === 'step') step = event;
      if (event.type === 'rank') rank = event;
      if (step) spinner.text = printable(liveLine(step, start?.epochs ?? 1, rank));
      const line = finishedLine(event, start?.epochs ?? 1);
      if (line) above(() => print(line));
      const text = remark(event);
      if (text) above(() => say(...text));
    },
    note: (text) => above(() => say(text)),
    finish: (summary) => {
      spinner.stop();
      say(describeSummary(summary));
    },
    close: () => spinner.stop(),
  };
}

export function liveLine(event: StepEvent, epochs: number, rank?: RankEvent): string {
  const { epoch, step, stepsPerEpoch, phase, loss, top1, lr, imagesPerSecond, batchSeconds } =
    event;
  const training = phase === 'train';
  const stepsLeft =
    stepsPerEpoch - step - 1 + (training ? (epochs - epoch - 1) * stepsPerEpoch : 0);
  return [
    `${training ? 'epoch' : 'validation after epoch'} ${epoch + 1}/${epochs}`,
    `step ${step + 1}/${stepsPerEpoch}`,
    `loss ${loss.average.toFixed(4)}`,
    ...(top1 ? [`acc ${top1.average.toFixed(1)} %`] : []),
    ...(training && rank ? [describeRank(rank)] : []),
    ...(training ? [`lr ${lr.toPrecision(3)}`] : []),
    `${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`,
    `${duration(stepsLeft * batchSeconds.average)} left`,
  ].join('  ');
}

function describeRank({ online, target, difference }: RankEvent): string {
  const [from, to] = [online, target].map(({ effectiveRank }) => effectiveRank.toFixed(1));
  return `rank ${from} → ${to} (${signed(difference, 1)})`;
}

function finishedLine(event: Event, epochs: number): string | undefined {
  if (event.type === 'epoch') return epochLine(event, epochs);
  if (event.type === 'evaluation') return evaluationLine(event);
  if (event.type === 'knn') return neighboursLine(event);
  if (event.type === 'verdict') return describeVerdict(event);
  return undefined;
}

function epochLine({ epoch, loss, seconds, imagesPerSecond }: EpochEvent, epochs: number): string {
  const speed = `${imagesPerSecond.toFixed(1)} images/s`;
  return `epoch ${epoch + 1}/${epochs}  loss ${loss.toFixed(4)}  ${duration(seconds)}  ${speed}`;
}
