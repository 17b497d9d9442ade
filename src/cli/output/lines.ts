// The reference's log lines (ProgressMeter and AverageMeter of main_simsiam.py and main_lincls.py).
import type {
  EvaluationEvent,
  Event,
  KnnAccuracyEvent,
  LensEvent,
  Meter,
  RankEvent,
  RepresentationEvent,
  ScoreEvent,
  StartEvent,
  StepEvent,
  Summary,
} from '../../index.js';
import { pad, position, signed } from './format.js';
import { describeSummary, remark } from './messages.js';
import type { Output } from './output.js';
import { print, say } from './print.js';
import { standingLines, verdictLine } from './verdict.js';

export function linesOutput(): Output<Event, Summary> {
  let stepsPerEpoch = 1;
  return {
    event: (event) => {
      if (event.type === 'start') stepsPerEpoch = event.stepsPerEpoch;
      if (event.type === 'rank') print(rankLine(event, stepsPerEpoch));
      if (event.type === 'verdict') print(verdictLine(event, stepsPerEpoch));
      for (const line of lines(event)) print(line);
      const text = remark(event);
      if (text) say(...text);
    },
    note: say,
    finish: (summary) => {
      for (const line of [...standingLines(summary), describeSummary(summary)]) say(line);
    },
    close: () => {},
  };
}

/** The lines that the reference prints where this event happens. */
export function lines(event: Event): string[] {
  switch (event.type) {
    case 'start':
      return startLines(event);
    case 'step':
      return [stepLine(event)];
    case 'evaluation':
      return [evaluationLine(event)];
    case 'knn':
      return [neighboursLine(event)];
    case 'score':
      return [scoreLine(event)];
    case 'lens':
      return [lensLine(event)];
    case 'representation':
      return [representationLine(event)];
    case 'sanity_check':
      return [`=> loading '${event.checkpoint}' for sanity check`, '=> sanity check passed.'];
    default:
      return [];
  }
}

export function evaluationLine({ top1, top5 }: EvaluationEvent): string {
  return ` * Acc@1 ${top1.toFixed(3)} Acc@5 ${top5.toFixed(3)}`;
}

/** 2 → '2.000'; what is no number is not there. */
const measured = (value: number, digits: number) =>
  Number.isFinite(value) ? value.toFixed(digits) : '–';

export function scoreLine({ rankMe, alphaReq, lidar }: ScoreEvent): string {
  return ` * RankMe ${measured(rankMe, 1)} alpha-ReQ ${measured(alphaReq, 3)} LiDAR ${measured(lidar, 1)}`;
}

/** ` * Lens: rank 12.1 → 18.3 (+6.2), filter s^-0.98 (fit 0.97)` */
export function lensLine({ branches, filter }: LensEvent): string {
  const [online = 0, target = 0] = branches.map(({ effectiveRank }) => effectiveRank);
  const difference = `${target < online ? '' : '+'}${(target - online).toFixed(1)}`;
  const { sigma, fit } = filter ?? {};
  const between =
    typeof sigma === 'number' && typeof fit === 'number'
      ? `, filter s^${sigma.toFixed(2)} (fit ${fit.toFixed(2)})`
      : '';
  return ` * Lens: rank ${online.toFixed(1)} → ${target.toFixed(1)} (${difference})${between}`;
}

export function neighboursLine({ k, top1, top5 }: KnnAccuracyEvent): string {
  return ` * kNN@1 ${top1.toFixed(3)} kNN@5 ${top5.toFixed(3)} (k ${k})`;
}

/** ` * Backbone rank 174.07 (at the start 176.74), kNN@1 19.400 (at the start 18.600)` */
export function representationLine({ epochs, now, start }: RepresentationEvent): string {
  const shown = (name: string, digits: number, value: number | null, first: number | null) =>
    value === null
      ? []
      : [
          `${name} ${value.toFixed(digits)}` +
            (epochs > 0 && first !== null ? ` (at the start ${first.toFixed(digits)})` : ''),
        ];
  const rank = shown('Backbone rank', 2, now.effectiveRank, start.effectiveRank);
  return ` * ${[...rank, ...shown('kNN@1', 3, now.top1, start.top1)].join(', ')}`;
}

function startLines({ arch, pretrained }: StartEvent): string[] {
  const loading = pretrained
    ? [`=> loading checkpoint '${pretrained}'`, `=> loaded pre-trained model '${pretrained}'`]
    : [];
  return [`=> creating model '${arch}'`, ...loading];
}

function stepLine(event: StepEvent): string {
  const { epoch, step, stepsPerEpoch, phase, top1, top5, momentumTop1 } = event;
  const training = phase === 'train';
  const fields = [(training ? `Epoch: [${epoch}]` : 'Test: ') + position(step, stepsPerEpoch)];
  fields.push(meter('Time', event.batchSeconds, seconds));
  if (training) fields.push(meter('Data', event.dataSeconds, seconds));
  fields.push(meter('Loss', event.loss, top1 ? scientific : (value) => value.toFixed(4)));
  if (top1) fields.push(meter('Acc@1', top1, hundredths));
  if (top5) fields.push(meter('Acc@5', top5, hundredths));
  if (momentumTop1) fields.push(meter('Momentum Acc@1', momentumTop1, hundredths));
  return fields.join('\t');
}

/** The reference has no such line; its style is the others'. */
export function rankLine(event: RankEvent, stepsPerEpoch: number): string {
  const { epoch, step, online, target, difference } = event;
  return [
    `Rank: [${epoch}]${position(step, stepsPerEpoch)}`,
    `online ${hundredths(online.effectiveRank)}`,
    `target ${hundredths(target.effectiveRank)}`,
    `difference ${signed(difference, 2)}`,
    `std ${online.featureStd.toFixed(2)}/${target.featureStd.toFixed(2)}`,
  ].join('\t');
}

function meter(name: string, { value, average }: Meter, format: (value: number) => string) {
  return `${name} ${format(value)} (${format(average)})`;
}

const seconds = (value: number) => pad(value.toFixed(3), 6); // Python's 6.3f
const hundredths = (value: number) => pad(value.toFixed(2), 6); // Python's 6.2f

/** Python's .4e: an exponent of two digits at least. */
const scientific = (value: number) =>
  value.toExponential(4).replace(/e([+-])(\d)$/, (_, sign, digit) => `e${sign}0${digit}`);
