// What is said on stderr, whatever the output.
import type { EmbedEvent, Event, RecordedEvent, StartEvent, Summary } from '../../index.js';
import { verdictWarning } from './verdict.js';

/** What happened, and what to do about it. */
export type Remark = [text: string, hint?: string];

/** What an event gives occasion to say; undefined where it is only progress. */
export function remark(event: Event | EmbedEvent): Remark | undefined {
  switch (event.type) {
    case 'start':
      return [describeStart(event)];
    case 'recorded':
      return [describeRecorded(event)];
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

export function describeSummary({ outcome, checkpoint }: Summary): string {
  const saved = checkpoint ? `; the last checkpoint is ${checkpoint}` : '';
  return `${outcome === 'done' ? 'done' : 'stopped'}${saved}`;
}

function describeStart(event: StartEvent): string {
  const { parameters, trainImages, valImages } = event;
  return [
    ...(event.method ? [event.method] : []),
    ...(parameters ? [`${(parameters / 1e6).toFixed(1)} M parameters`] : []),
    `${event.device}, ${event.precision}, ${event.threads} threads`,
    ...(trainImages ? [`${trainImages} training images`] : []),
    ...(valImages ? [`${valImages} validation images`] : []),
    `${event.classes} classes`,
    ...(trainImages ? [`${event.stepsPerEpoch} steps an epoch`] : []),
    ...(event.resumed ? [describeResumed(event)] : []),
  ].join(', ');
}

const describeResumed = ({ resumed, startEpoch, startStep }: StartEvent) =>
  `going on from ${resumed} at epoch ${startEpoch}${startStep ? `, step ${startStep}` : ''}`;

function describeRecorded(event: RecordedEvent): string {
  const { checkpoint, arch, stem, stemPadding, dataset, cropSize, data, classes, imagesPerClass } =
    event;
  const taken = [
    arch && `architecture ${arch}`,
    stem && `${stem} stem`,
    stemPadding && `padding ${stemPadding}`,
    dataset && `dataset ${dataset}`,
    cropSize && `crop size ${cropSize}`,
    data && `data folder ${data}`,
    classes && `the classes of ${classes}`,
    imagesPerClass && `${imagesPerClass} images per class`,
  ];
  return `as ${checkpoint} records: ${taken.filter(Boolean).join(', ')}`;
}
