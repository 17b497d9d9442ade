// Whether a pretraining works, told from its events alone by the paper's quantity, the effective ranks.
// The bounds lie between runs that were made: docs/verdict.md.
import type { Job } from '../native/addon.js';
import { type CollapseAction, type Standing, symmetricMethods } from '../types/choices.js';
import type {
  Drift,
  EpochEvent,
  Event,
  Evidence,
  RankEvent,
  RepresentationEvent,
  StartEvent,
  VerdictEvent,
} from '../types/events.js';
import type { Summary } from '../types/results.js';

/** The first verdict comes after an epoch, but not before `leastSteps` and not after `mostSteps`. */
const leastSteps = 20;
const mostSteps = 200;
/** A collapse shows in the last 3 rank measurements; in a healthy run the target leads in the last 8, at least 4. */
const collapseWindow = 3;
const healthyWindow = 8;
const healthyLeast = 4;
/** Below this share of the possible directions, not counting the first, few are in use. */
const fewDirections = 0.05;
/** Above this ratio of target to online rank, the mechanism still pulls the online rank up. */
const pullingRatio = 1.5;
/** Below this std, fewer than one image in 14 lies apart from the rest: std = 2√(p(1 − p)). */
const collapsedStd = 0.5;
const collapsedAlignment = 0.9;
/** Below this rank of the squared singular values, all the energy lies in one direction. */
const oneDirection = 1.1;
/** In so few steps a run that works may not have moved yet: whether one learns is not told before. */
const leastMoved = 200;
/** A backbone has drifted that uses fewer directions than this share of those at its start, or tells less apart. */
const keptRank = 0.5;
const keptTop1 = 0.75;
/** A smaller change is none: of a rank as a share of it, of the epoch's loss as a mean cosine. */
const movedRank = 0.1;
const movedCosine = 0.005;

/** The verdict on the run that these events tell of; undefined where there is none yet. */
export function verdictOf(events: Iterable<Event>): VerdictEvent | undefined {
  const track = verdictTracker();
  let last: VerdictEvent | undefined;
  for (const event of events) last = track(event) ?? last;
  return last;
}

/** The same, or that there is none yet. */
export function standingOf(events: Iterable<Event>): Standing {
  const follower = follow();
  for (const event of events) follower.take(event);
  return follower.standing();
}

/** As people read it: dimensional_collapse → 'dimensional collapse' */
export const nameOfStanding = (standing: Standing): string =>
  standing === 'too_early' ? 'too early to say' : standing.replace('_', ' ');

/** Takes a run's events in their order, and answers with a verdict where one of them changes it. */
export const verdictTracker = (): ((event: Event) => VerdictEvent | undefined) => follow().take;

interface Follower {
  take(event: Event): VerdictEvent | undefined;
  standing(): Standing;
}

function follow(): Follower {
  let run = begin();
  const take = (event: Event): VerdictEvent | undefined => {
    if (event.type === 'start') run = begin(event, run);
    if (event.type === 'step' && event.phase === 'train') run.rate = event.lr;
    if (event.type === 'epoch') addEpoch(run, event);
    if (event.type === 'rank') addRank(run, event);
    if (event.type === 'representation') addRepresentation(run, event);
    if (event.type !== 'epoch' && event.type !== 'rank' && event.type !== 'representation') {
      return undefined;
    }
    const verdict = verdictAfter(run, event);
    if (!verdict || verdict === run.verdict) return undefined;
    run.verdict = verdict;
    const { epoch, step } = run.ranks.at(-1) ?? { epoch: run.lastEpoch?.epoch ?? 0, step: 0 };
    return { type: 'verdict', epoch, step, verdict, evidence: evidence(run) };
  };
  return {
    take,
    standing: () => run.verdict ?? (stepsSeen(run) < leastMoved ? 'too_early' : 'undecided'),
  };
}

/** Starts a pretraining. */
export type Start = (onEvent: (event: Event) => void) => Job<Summary>;

/**
 * The same run with verdict events among its own, and how it stands in its summary. `before` has what a run that goes
 * on told before the place of its start, so that it is judged as if it had not stopped.
 */
export function withVerdicts(
  start: Start,
  onCollapse: CollapseAction,
  before: (start: StartEvent) => Event[],
): Start {
  return (onEvent) => {
    const { take, standing } = follow();
    const job = start((event) => {
      if (event.type === 'start' && goesOn(event)) before(event).forEach(take);
      onEvent(event);
      const found = take(event);
      if (!found) return;
      onEvent(found);
      if (onCollapse === 'stop' && isLost(found.verdict)) job.stop();
    });
    return { ...job, done: job.done.then((summary) => ({ ...summary, verdict: standing() })) };
  };
}

/** There is no use in going on. */
export const isLost = (verdict: Standing): boolean =>
  verdict === 'dimensional_collapse' || verdict === 'complete_collapse' || verdict === 'drifting';

/** The part of a run's events that its verdict rests on. */
interface Run {
  start: StartEvent | undefined;
  verdict: VerdictEvent['verdict'] | undefined;
  firstRank: RankEvent | undefined;
  /** The last `healthyWindow` of them. */
  ranks: RankEvent[];
  firstEpoch: EpochEvent | undefined;
  lastEpoch: EpochEvent | undefined;
  /** Of a run with `init`. */
  drift: Drift | undefined;
  /** The learning rate now and an epoch ago, and whether it rose in between. */
  rate: number;
  rateBefore: number;
  warmsUp: boolean;
}

/** A resumed run keeps what its earlier part has shown. */
function begin(start?: StartEvent, before?: Run): Run {
  if (before?.start && start && goesOn(start)) return { ...before, start };
  return {
    start,
    verdict: undefined,
    firstRank: undefined,
    ranks: [],
    firstEpoch: undefined,
    lastEpoch: undefined,
    drift: undefined,
    rate: 0,
    rateBefore: 0,
    warmsUp: false,
  };
}

const goesOn = ({ startEpoch, startStep }: StartEvent) => startEpoch > 0 || startStep > 0;

function addEpoch(run: Run, event: EpochEvent): void {
  run.firstEpoch ??= event;
  run.lastEpoch = event;
  run.warmsUp = run.rate > run.rateBefore;
  run.rateBefore = run.rate;
}

function addRank(run: Run, event: RankEvent): void {
  run.firstRank ??= event;
  run.ranks = [...run.ranks, event].slice(-healthyWindow);
}

/** The accuracy that was measured last stands until the next. */
function addRepresentation(run: Run, { now, start }: RepresentationEvent): void {
  run.drift = {
    ...{ rank: now.effectiveRank, startRank: start.effectiveRank },
    ...{ top1: now.top1 ?? run.drift?.top1 ?? null, startTop1: start.top1 },
  };
}

function verdictAfter(
  run: Run,
  event: EpochEvent | RankEvent | RepresentationEvent,
): VerdictEvent['verdict'] | undefined {
  if (event.type === 'representation') return drifted(run) ? 'drifting' : undefined;
  if (isYoung(run)) return undefined;
  const found = evidence(run);
  if (event.type === 'epoch') return stoodStill(run, found) ? 'not_learning' : undefined;
  if (run.ranks.length < collapseWindow) return undefined;
  if (isOnePoint(found)) return 'complete_collapse';
  if (isFewDirections(found)) return 'dimensional_collapse';
  return isHealthy(run, found) && !drifted(run) ? 'healthy' : undefined;
}

function isYoung(run: Run): boolean {
  const epoch = run.start?.stepsPerEpoch ?? mostSteps;
  return stepsSeen(run) < Math.min(Math.max(epoch, leastSteps), mostSteps);
}

/** Between the first and the last measurement of ranks. */
function stepsSeen({ start, firstRank, ranks }: Run): number {
  const last = ranks.at(-1);
  if (!start || !firstRank || !last) return 0;
  return (last.epoch - firstRank.epoch) * start.stepsPerEpoch + last.step - firstRank.step;
}

/** Nearly all images lie at the same place, in both branches. */
const isOnePoint = ({ energyRank, featureStd, alignment }: Evidence) =>
  energyRank < oneDirection && featureStd < collapsedStd && alignment > collapsedAlignment;

/** The target has few directions, and no rank difference is left that would open others. */
function isFewDirections({ onlineRank, targetRank, fullRank }: Evidence): boolean {
  const share = (targetRank - 1) / (fullRank - 1);
  return share < fewDirections && targetRank < pullingRatio * onlineRank;
}

/** The backbone has lost much of what the weights that it began with could do. */
function drifted({ drift }: Run): boolean {
  if (!drift) return false;
  const { rank, startRank, top1, startTop1 } = drift;
  const worse = top1 !== null && startTop1 !== null && top1 < keptTop1 * startTop1;
  return worse || rank < keptRank * startRank;
}

/** The target's rank leads in all of the last measurements, and the network has moved. */
function isHealthy({ start, ranks, firstRank }: Run, found: Evidence): boolean {
  if (start?.method && symmetricMethods.includes(start.method)) return false; // no branch is to lead
  if (ranks.length < healthyLeast || !ranks.every(({ difference }) => difference > 0)) return false;
  return hasMoved(firstRank, found);
}

/** Neither loss nor ranks have moved in two epochs and many steps from scratch, and the rate is not still warming up. */
function stoodStill(run: Run, found: Evidence): boolean {
  const { start, firstRank, firstEpoch, warmsUp } = run;
  if (found.lossChange === null || firstEpoch?.epoch !== 0 || warmsUp) return false;
  if (stepsSeen(run) < leastMoved) return false;
  const lossOfCosine = start?.method === 'byol' ? 4 : 1; // the loss is 4 - 4 cos there, else -cos
  return Math.abs(found.lossChange) < movedCosine * lossOfCosine && !hasMoved(firstRank, found);
}

function hasMoved(first: RankEvent | undefined, { onlineRank, targetRank }: Evidence): boolean {
  const moved = (before = 1, now: number) => Math.abs(Math.log(now / before)) > movedRank;
  const { online, target } = first ?? {};
  return moved(online?.effectiveRank, onlineRank) || moved(target?.effectiveRank, targetRank);
}

function evidence({ start, ranks, firstEpoch, lastEpoch, drift }: Run): Evidence {
  const window = ranks.slice(-collapseWindow);
  const middle = (value: (event: RankEvent) => number) => median(window.map(value));
  const { batchSize = 1, dim = batchSize } = start ?? {};
  return {
    measurements: window.length,
    onlineRank: middle(({ online }) => online.effectiveRank),
    targetRank: middle(({ target }) => target.effectiveRank),
    difference: middle(({ difference }) => difference),
    fullRank: Math.min(batchSize, dim),
    energyRank: middle((event) => larger(event, 'effectiveRankSquared')),
    featureStd: middle((event) => larger(event, 'featureStd')),
    alignment: middle(({ alignment }) => alignment),
    lossChange:
      firstEpoch && lastEpoch && lastEpoch !== firstEpoch ? lastEpoch.loss - firstEpoch.loss : null,
    drift: drift ?? null,
  };
}

const larger = ({ online, target }: RankEvent, key: 'effectiveRankSquared' | 'featureStd') =>
  Math.max(online[key], target[key]);

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
