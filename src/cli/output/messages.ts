// What is said on stderr, whatever the output.
import type { Event, RecordedEvent, StartEvent, Summary } from '../../index.js';

export function say(text: string): void {
  console.error(`rdm: ${text}`);
}

/** What an event gives occasion to say; undefined where it is only progress. */
export function remark(event: Event): string | undefined {
  switch (event.type) {
    case 'start':
      return describeStart(event);
    case 'recorded':
      return describeRecorded(event);
    case 'warning':
      return `warning: ${event.message}`;
    case 'checkpoint':
      return `saved ${event.path}`;
    default:
      return undefined;
  }
}

export function describeSummary({ outcome, checkpoint }: Summary): string {
  const saved = checkpoint ? `; the last checkpoint is ${checkpoint}` : '';
  return `${outcome === 'done' ? 'done' : 'stopped'}${saved}`;
}

function describeStart(event: StartEvent): string {
  const images = event.valImages
    ? `${event.trainImages} + ${event.valImages} images`
    : `${event.trainImages} images`;
  const parameters = (event.parameters / 1e6).toFixed(1);
  return [
    `${parameters} M parameters on ${event.device} in ${event.precision}`,
    `${images} in ${event.classes} classes`,
    `${event.stepsPerEpoch} steps an epoch`,
  ].join(', ');
}

function describeRecorded({ checkpoint, arch, cropSize, data, imagesPerClass }: RecordedEvent) {
  const taken = [
    arch && `architecture ${arch}`,
    cropSize && `crop size ${cropSize}`,
    data && `data folder ${data}`,
    imagesPerClass && `${imagesPerClass} images per class`,
  ];
  return `as ${checkpoint} records: ${taken.filter(Boolean).join(', ')}`;
}
