// The starts of a run in its log, and the history that led to its last weights.
import type { Event, StartEvent } from '../types/events.js';
import type { Logged } from './entry.js';
import { openLog } from './log.js';

export interface Session {
  start: StartEvent;
  events: Logged[];
}

export function sessionsOf(entries: Logged[]): Session[] {
  const sessions: Session[] = [];
  for (const entry of entries) {
    if (entry.type === 'start') sessions.push({ start: entry, events: [] });
    sessions.at(-1)?.events.push(entry);
  }
  return sessions;
}

/**
 * Up to the place where so many epochs are done. A run that was killed and resumed from an earlier checkpoint did
 * some steps twice: the last time counts.
 */
export function lastHistory(sessions: Session[], until = Infinity): Logged[] {
  const kept: Logged[][] = []; // the last session first
  let limit = until;
  for (const { start, events } of sessions.toReversed()) {
    kept.push(events.filter((event) => epochsAt(event, start) <= limit));
    const first = events.find((event) => event.type === 'step' && event.phase === 'train');
    const begin =
      first?.type === 'step' ? first.epoch + first.step / first.stepsPerEpoch : start.startEpoch;
    limit = Math.min(limit, begin);
  }
  return kept.reverse().flat();
}

/** What the pretraining in this folder has told before the place at which it goes on; nothing without its log. */
export function toldBefore(
  folder: string,
  { startEpoch, startStep, stepsPerEpoch }: StartEvent,
): Event[] {
  try {
    const own = sessionsOf(openLog(folder).read()).filter(
      ({ start, events }) =>
        start.command === 'pretrain' && events.some((event) => event.type === 'step'),
    );
    const told = lastHistory(own, startEpoch + startStep / stepsPerEpoch);
    return told.filter((entry): entry is Logged & Event => entry.type !== 'summary');
  } catch {
    return []; // of another's making, or gone: what comes from here on has to do
  }
}

/** How many epochs are done when this happens; 0 for what has no place in an epoch. */
export function epochsAt(entry: Logged, { stepsPerEpoch }: StartEvent): number {
  switch (entry.type) {
    case 'step':
      return entry.phase === 'train'
        ? entry.epoch + (entry.step + 1) / stepsPerEpoch
        : entry.epoch + 1;
    case 'rank':
    case 'verdict':
      return entry.epoch + (entry.step + 1) / stepsPerEpoch;
    case 'epoch':
    case 'evaluation':
    case 'knn':
    case 'score':
    case 'lens':
      return entry.epoch + 1;
    case 'representation':
      return entry.epochs;
    default:
      return 0;
  }
}
