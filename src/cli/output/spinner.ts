// On a terminal: one live line on stderr that fits its width, and a line on stdout for every finished epoch.
import ora from 'ora';
import type { EpochEvent, Event, RankEvent, StepEvent, Summary } from '../../index.js';
import { duration, signed } from './format.js';
import {
  evaluationLine,
  lensLine,
  neighboursLine,
  representationLine,
  scoreLine,
} from './lines.js';
import { describeSummary, remark } from './messages.js';
import type { Output } from './output.js';
import { print, printable, say } from './print.js';
import { describeVerdict, standingLines } from './verdict.js';

const tick = 1000; // ms between two changes of the line

export function spinnerOutput(): Output<Event, Summary> {
  const { stderr } = process;
  const spinner = ora({ text: 'starting', discardStdin: false, isEnabled: true }).start();
  let epochs = 1;
  let step: StepEvent | undefined;
  let rank: RankEvent | undefined;
  let since = Date.now(); // of the last step, or of the start
  const draw = () => {
    const seconds = (Date.now() - since) / 1000;
    // The spinner takes two columns; a line as wide as the terminal would wrap.
    const width = stderr.columns - 3;
    spinner.text = step
      ? printable(liveLine({ step, epochs, rank, seconds }, width))
      : `starting  ${duration(seconds)}`.slice(0, width);
  };
  const timer = setInterval(draw, tick);
  stderr.on('resize', draw);
  const stop = () => {
    clearInterval(timer);
    stderr.off('resize', draw);
    spinner.stop();
  };
  const above = (print: () => void) => {
    if (!spinner.isSpinning) return print();
    spinner.clear();
    print();
    spinner.render();
  };
  return {
    event: (event) => {
      if (event.type === 'start') epochs = event.epochs;
      if (event.type === 'rank') rank = event;
      if (event.type === 'step') {
        step = event;
        since = Date.now();
      }
      if (step) draw();
      const line = finishedLine(event, epochs);
      if (line) above(() => print(line));
      const text = remark(event);
      if (text) above(() => say(...text));
    },
    note: (text, hint) => above(() => say(text, hint)),
    finish: (summary) => {
      stop();
      for (const line of [...standingLines(summary), describeSummary(summary)]) say(line);
    },
    close: stop,
  };
}

/** How far a run is, and for how long it has been there. */
export interface Moment {
  step: StepEvent;
  epochs: number;
  rank?: RankEvent | undefined;
  seconds: number;
}

/** Tells as much as fits into `width` columns. */
export function liveLine({ step: event, epochs, rank, seconds }: Moment, width: number): string {
  const { epoch, step, stepsPerEpoch, phase, loss, top1, lr, imagesPerSecond, batchSeconds } =
    event;
  const training = phase === 'train';
  const stepsLeft =
    stepsPerEpoch - step - 1 + (training ? (epochs - epoch - 1) * stepsPerEpoch : 0);
  const left = Math.max(stepsLeft * batchSeconds.average - seconds, 0);
  const parts: Part[] = [
    [`${training ? 'epoch' : 'validation after epoch'} ${epoch + 1}/${epochs}`],
    [`step ${step + 1}/${stepsPerEpoch}`],
    [`loss ${loss.average.toFixed(4)}`, 5],
    ...(top1 ? [[`acc ${top1.average.toFixed(1)} %`, 3] satisfies Part] : []),
    ...(training && rank ? [rankPart(rank)] : []),
    ...(training ? [[`lr ${lr.toPrecision(3)}`, 0] satisfies Part] : []),
    [`${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`, 1],
    [`${duration(left)} left`],
  ];
  return fitted(parts, width);
}

/** A text; when it is left out, 0 being the first to go and a text without a number staying; what takes its place. */
type Part = [text: string, order?: number, shorter?: Part];

function fitted(parts: Part[], width: number): string {
  const line = parts.map(([text]) => text).join('  ');
  if (line.length <= width) return line;
  const next = Math.min(...parts.map(([, order = Infinity]) => order));
  if (next === Infinity) return line.slice(0, Math.max(width, 0));
  const fewer = parts.flatMap((part) => (part[1] !== next ? [part] : part[2] ? [part[2]] : []));
  return fitted(fewer, width);
}

function rankPart({ online, target, difference }: RankEvent): Part {
  const [from, to] = [online, target].map(({ effectiveRank }) => effectiveRank.toFixed(1));
  const short = signed(difference, 1);
  return [`rank ${from} → ${to} (${short})`, 2, [`rank ${short}`, 4]];
}

function finishedLine(event: Event, epochs: number): string | undefined {
  if (event.type === 'epoch') return epochLine(event, epochs);
  if (event.type === 'evaluation') return evaluationLine(event);
  if (event.type === 'knn') return neighboursLine(event);
  if (event.type === 'score') return scoreLine(event);
  if (event.type === 'lens') return lensLine(event);
  if (event.type === 'representation') return representationLine(event);
  if (event.type === 'verdict') return describeVerdict(event);
  return undefined;
}

function epochLine({ epoch, loss, seconds, imagesPerSecond }: EpochEvent, epochs: number): string {
  const speed = `${imagesPerSecond.toFixed(1)} images/s`;
  return `epoch ${epoch + 1}/${epochs}  loss ${loss.toFixed(4)}  ${duration(seconds)}  ${speed}`;
}
