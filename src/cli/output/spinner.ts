// On a terminal: one live line on stderr, and a line on stdout for every finished epoch.
import ora from 'ora';
import type { EpochEvent, Event, StartEvent, StepEvent } from '../../index.js';
import { evaluationLine } from './lines.js';
import { describeSummary, remark, say } from './messages.js';
import type { Output } from './output.js';
import { duration } from './units.js';

export function spinnerOutput(): Output {
  const spinner = ora({ text: 'starting', discardStdin: false, isEnabled: true }).start();
  let start: StartEvent | undefined;
  const above = (print: () => void) => {
    spinner.clear();
    print();
    spinner.render();
  };
  return {
    event: (event) => {
      if (event.type === 'start') start = event;
      if (event.type === 'step') spinner.text = liveLine(event, start?.epochs ?? 1);
      const line = finishedLine(event, start?.epochs ?? 1);
      if (line) above(() => console.log(line));
      const text = remark(event);
      if (text) above(() => say(text));
    },
    note: (text) => above(() => say(text)),
    finish: (summary) => {
      spinner.stop();
      say(describeSummary(summary));
    },
    close: () => spinner.stop(),
  };
}

export function liveLine(event: StepEvent, epochs: number): string {
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
    ...(training ? [`lr ${lr.toPrecision(3)}`] : []),
    `${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`,
    `${duration(stepsLeft * batchSeconds.average)} left`,
  ].join('  ');
}

function finishedLine(event: Event, epochs: number): string | undefined {
  if (event.type === 'epoch') return epochLine(event, epochs);
  if (event.type === 'evaluation') return evaluationLine(event);
  return undefined;
}

function epochLine({ epoch, loss, seconds, imagesPerSecond }: EpochEvent, epochs: number): string {
  const speed = `${imagesPerSecond.toFixed(1)} images/s`;
  return `epoch ${epoch + 1}/${epochs}  loss ${loss.toFixed(4)}  ${duration(seconds)}  ${speed}`;
}
