// What is said on stderr, whatever the output: of a run's events, and of the processes that share it.
import { hostname } from 'node:os';
import {
  describePredictor,
  type Event,
  type InitEvent,
  type MappingEvent,
  type Place,
  type RecordedEvent,
  type StartEvent,
  type Summary,
  type WeightsInfo,
} from '../../index.js';
import { counted } from './format.js';
import type { Remark } from './print.js';
import { verdictWarning } from './verdict.js';

/** A remark on an event; undefined where it is only progress. */
export function remark(event: Event | MappingEvent): Remark | undefined {
  switch (event.type) {
    case 'start':
      return [describeStart(event)];
    case 'init':
      return [describeInit(event)];
    case 'recorded':
      return [describeRecorded(event)];
    case 'weights':
      return [`of ${event.checkpoint}: ${describeWeights(event)}`];
    case 'warning':
      return [`warning: ${event.message}`];
    case 'verdict':
      return verdictWarning(event);
    case 'checkpoint':
      return [`saved ${event.path}`];
    default:
      return undefined;
  }
}

export function describeSummary({ outcome, checkpoint, bestTop1 }: Summary): string {
  return [
    outcome,
    ...(checkpoint ? [`the last checkpoint is ${checkpoint}`] : []),
    ...(checkpoint && bestTop1 !== null ? [`the best top-1 ${bestTop1.toFixed(2)} %`] : []),
  ].join('; ');
}

/** How a run that was stopped goes on: by its own line. */
export const describeResuming = (line: string[]): string => `to go on: ${forShell(line)}`;

/** And how another begins in its folder. */
export const describeOverwriting = (line: string[]): string =>
  `to begin anew, with the run there moved aside: ${forShell(line)}`;

const forShell = (line: string[]) => ['rdm', ...line].map(quoted).join(' ');

const quoted = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

function describeStart(event: StartEvent): string {
  const { parameters, trainImages, valImages } = event;
  return [
    ...(event.method ? [event.method] : []),
    ...(event.predictor ? [describePredictor(event.predictor)] : []),
    ...(parameters ? [`${(parameters / 1e6).toFixed(1)} M parameters`] : []),
    `${event.device}, ${event.precision}, ${counted(event.threads, 'thread')}`,
    ...(trainImages ? [describeTraining(event)] : []),
    ...(valImages ? [counted(valImages, 'validation image')] : []),
    ...(event.classes ? [counted(event.classes, 'class', 'classes')] : []),
    ...(trainImages ? [`${counted(event.stepsPerEpoch, 'step')} an epoch`] : []),
    ...describeStatistics(event.statistics ?? {}),
    ...(event.resumed ? [describeResumed(event)] : []),
  ].join(', ');
}

/** 12 training images without labels in /photos */
const describeTraining = ({ trainImages, classes, places = [] }: StartEvent) =>
  counted(trainImages, 'training image') +
  (classes ? '' : ' without labels') +
  (classes ? ofSeveral(places) : where(places));

/** What is of one place is told by its name on the line. */
export const ofSeveral = (places: Place[]): string => (places.length < 2 ? '' : where(places));

/** Of images that a network is looked at with. */
export const lookedAt = (count: number, places: Place[]): string =>
  places.every(hasSplits)
    ? counted(count, 'validation image')
    : `${counted(count, 'image')}${where(places)}`;

const hasSplits = ({ layout }: Place) => /^(folder|cifar.*|stl10-binary)$/.test(layout);

/** In /photos and 2 more places. */
function where([first, ...more]: Place[]): string {
  if (!first) return '';
  const rest = more.length > 0 ? ` and ${counted(more.length, 'more place')}` : '';
  return ` in ${first.place}${rest}`;
}

const describeResumed = ({ resumed, startEpoch, startStep }: StartEvent) =>
  `going on from ${resumed} at epoch ${startEpoch}${startStep ? `, step ${startStep}` : ''}`;

function describeRecorded(event: RecordedEvent): string {
  const { checkpoint, arch, stem, stemPadding, patchSize, dataset, cropSize } = event;
  const { data, val, labels, classes } = event;
  const taken = [
    arch && `architecture ${arch}`,
    stem && `${stem} stem`,
    stemPadding && `padding ${stemPadding}`,
    patchSize && `patch size ${patchSize}`,
    dataset && `dataset ${dataset}`,
    cropSize && `crop size ${cropSize}`,
    data && `data folder ${[data].flat().join(', ')}`,
    val && `validation images ${val}`,
    labels && `the labels of ${labels}`,
    classes && `the classes of ${classes}`,
    ...describeSubset(event),
    // Of other images than the checkpoint's own, whose statistics are no news.
    ...(data ? [] : describeStatistics(event)),
  ];
  return `as ${checkpoint} records: ${taken.filter(Boolean).join(', ')}`;
}

const describeSubset = ({ exclude, fraction, images, imagesPerClass }: RecordedEvent) => [
  exclude && `without ${exclude.join(', ')}`,
  fraction && `${100 * fraction} % of the images`,
  images && counted(images, 'image'),
  imagesPerClass && `${counted(imagesPerClass, 'image')} per class`,
];

/** mean 0.485,0.456,0.406, std 0.229,0.224,0.225 */
const describeStatistics = ({ mean, std }: Pick<RecordedEvent, 'mean' | 'std'>) => [
  ...(mean ? [`mean ${mean.join(',')}`] : []),
  ...(std ? [`std ${std.join(',')}`] : []),
];

/** 102 tensors of `state_dict_ema` (not of `state_dict`), named without `module.`; 1 left out: queue */
export function describeWeights({ key, passedOver, prefix, taken, left }: WeightsInfo): string {
  const others = passedOver.map((name) => `\`${name}\``).join(' or ');
  const most = 3;
  return [
    counted(taken, 'tensor'),
    ...(key ? [` of \`${key}\``] : []),
    ...(others ? [` (not of ${others})`] : []),
    ...(prefix ? [`, named without \`${prefix}\``] : []),
    ...(left.length > 0 ? [`; ${left.length} left out: ${left.slice(0, most).join(', ')}`] : []),
    ...(left.length > most ? [', …'] : []),
  ].join('');
}

/** begins with 102 tensors of resnet50.pth (torchvision), the heads new; 2 left out: fc.weight, fc.bias */
function describeInit({ weights, kind, taken, left }: InitEvent): string {
  const most = 3;
  return [
    `begins with ${counted(taken.length, 'tensor')} of ${weights} (${kind}), the heads new`,
    ...(left.length > 0 ? [`; ${left.length} left out: ${left.slice(0, most).join(', ')}`] : []),
    ...(left.length > most ? [', …'] : []),
  ].join('');
}

/** One of several processes. */
interface Named {
  rank: number;
  pid: number | undefined;
}

/** As the addon names them. */
export const processName = ({ rank, pid }: Named): string =>
  `rank ${rank} (${hostname()}, process ${pid})`;

export function describeDeath(
  child: Named,
  { code, signal }: { code: number | null; signal: string | null },
): string {
  return `${processName(child)} ${signal ? `was killed by ${signal}` : `ended with exit code ${code}`}`;
}

export const describeOverdue = (child: Named): string =>
  `${processName(child)} did not end by itself, and is killed`;

export function describeRestart(count: number, most: number, checkpoint?: string): string {
  const from = checkpoint ?? 'the beginning: there is no checkpoint yet';
  return `restart ${count} of ${most}, from ${from}`;
}
