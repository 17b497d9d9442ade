// The verdict on runs that were made on CIFAR-10 (docs/verdict.md), read back from their events.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import {
  type Event,
  pretrain,
  type Summary,
  standingOf,
  type VerdictEvent,
  verdictOf,
  verdictTracker,
} from 'rdm-ssl';
import { standingLines, verdictLine, verdictWarning } from '../../dist/cli/output/verdict.js';
import { nightly } from '../support/every-run.js';
import { dataset, quick, scratch, small } from '../support/folders.js';
import { rdm, root } from '../support/rdm.js';

const recorded = (name: string): Event[] =>
  readFileSync(join(root, 'test/verdicts', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);

/** Every verdict on the way. */
function verdicts(events: Event[]): VerdictEvent[] {
  const track = verdictTracker();
  return events.flatMap((event) => track(event) ?? []);
}

for (const name of ['simsiam', 'online-1', 'target-1', 'byol', 'byol-online-1']) {
  test(`a run that works is healthy, and nothing else at any time: ${name}`, () => {
    assert.deepEqual(
      verdicts(recorded(name)).map(({ verdict }) => verdict),
      ['healthy'],
    );
  });
}

for (const [name, first, last] of [
  ['symmetric', 'dimensional_collapse', 'complete_collapse'],
  ['target+1', 'dimensional_collapse', 'dimensional_collapse'],
  ['byol-symmetric', 'complete_collapse', 'complete_collapse'],
] as const) {
  test(`a run that collapses is called so within two epochs, and never healthy: ${name}`, () => {
    const found = verdicts(recorded(name));
    assert.ok((found[0]?.epoch ?? 2) < 2);
    assert.deepEqual([found[0]?.verdict, found.at(-1)?.verdict], [first, last]);
    assert.ok(found.every(({ verdict }) => verdict !== 'healthy'));
  });
}

test('a symmetric method is never healthy, as no branch is to lead, and collapses as others do', () => {
  const names = (name: string) =>
    verdicts(
      recorded(name).map((event) =>
        event.type === 'start' ? { ...event, method: 'barlow' as const } : event,
      ),
    ).map(({ verdict }) => verdict);
  assert.deepEqual(names('target-1'), []); // healthy by SimSiam
  assert.equal(names('symmetric').at(-1), 'complete_collapse');
});

/** A run that stands still goes on standing still: its epochs over and over. */
function longer(events: Event[], epochs: number): Event[] {
  const [started, ...rest] = events;
  const own = rest.filter((event) => 'epoch' in event && event.epoch === 1);
  const more = Array.from({ length: epochs - 2 }, (_, index) =>
    own.map((event) => ({ ...event, epoch: index + 2 }) as Event),
  );
  return started ? [started, ...rest, ...more.flat()] : [];
}

/** A healthy run that began with weights, whose backbone was then found so after its epochs. */
function continued(found: { rank: number; top1?: number }[]): Event[] {
  const of = ({ rank, top1 = null }: { rank: number; top1?: number | null }) => ({
    ...{ images: 1024, effectiveRank: rank, effectiveRankSquared: rank / 2, top1 },
  });
  const start = of({ rank: 100, top1: 60 });
  const looks = found.map((now, index) => ({
    after: index,
    event: { type: 'representation', epochs: index + 1, now: of(now), start } as Event,
  }));
  return recorded('simsiam').flatMap((event) => [
    event,
    ...(event.type === 'epoch'
      ? looks.filter(({ after }) => after === event.epoch).map((look) => look.event)
      : []),
  ]);
}

test('a run whose backbone loses much of what it began with is drifting, whatever the ranks of its heads', () => {
  const names = (events: Event[]) => verdicts(events).map(({ verdict }) => verdict);
  assert.deepEqual(names(continued([{ rank: 90, top1: 58 }, { rank: 70 }])), ['healthy']);
  assert.deepEqual(names(continued([{ rank: 90, top1: 58 }, { rank: 40 }])), [
    'healthy',
    'drifting',
  ]);
  assert.deepEqual(names(continued([{ rank: 90, top1: 40 }, { rank: 90 }])), ['drifting']);
  // It recovers.
  assert.deepEqual(names(continued([{ rank: 40 }, { rank: 90 }])).slice(0, 1), ['drifting']);
  const found = verdicts(continued([{ rank: 40, top1: 30 }])).at(-1);
  assert.ok(found);
  assert.deepEqual(found.evidence.drift, { rank: 40, startRank: 100, top1: 30, startTop1: 60 });
  assert.match(
    verdictLine(found, 39),
    /drifting\tbackbone rank 40\.00 \(100\.00 at the start\), kNN@1 30\.00 \(60\.00 at the start\), /,
  );
  const [warning, remedy] = verdictWarning(found) ?? [];
  assert.match(warning ?? '', /^warning: drifting: the backbone has lost much of what/);
  assert.match(remedy ?? '', /--backbone-lr-factor/);
});

test('a run at a rate of 0 is not learning, once 200 steps are over', () => {
  const still = longer(recorded('rate-0'), 12);
  const [found, ...more] = verdicts(still);
  assert.deepEqual(more, []);
  assert.equal(found?.verdict, 'not_learning');
  assert.equal(found?.epoch, 10); // of 19 steps, of which the last measurement is of the 16th
  assert.ok(Math.abs(found?.evidence.lossChange ?? 1) < 0.001);
  assert.equal(standingOf(still), 'not_learning');
});

test('of a few steps it is too early to say, whether the run works or stands still', () => {
  assert.equal(standingOf(recorded('rate-0')), 'too_early');
  assert.equal(standingOf([]), 'too_early');
  const first = recorded('target-1').slice(0, 8);
  assert.equal(standingOf(first), 'too_early');
  assert.equal(standingOf(recorded('target-1')), 'healthy');
});

test('a long run that is neither is undecided', () => {
  const swapped = recorded('target-1').map((event) =>
    event.type === 'rank' && event.step === 0 ? { ...event, difference: -event.difference } : event,
  );
  assert.equal(standingOf(swapped), 'undecided');
});

test('the same stand-still in a warm-up, or in a resumed run, is none', () => {
  const events = longer(recorded('rate-0'), 12);
  const warmingUp = events.map((event, index) =>
    event.type === 'step' ? { ...event, lr: 1e-6 * index } : event,
  );
  assert.equal(verdictOf(warmingUp), undefined);
  const later = events.map((event) =>
    event.type === 'start'
      ? { ...event, startEpoch: 90 }
      : 'epoch' in event
        ? { ...event, epoch: event.epoch + 90 }
        : event,
  );
  assert.equal(verdictOf(later), undefined);
});

test('there is no verdict in the first epoch, and none without measurements', () => {
  for (const name of ['simsiam', 'symmetric', 'target+1', 'byol-symmetric', 'rate-0']) {
    const events = recorded(name);
    const young = events.filter((event) => !('epoch' in event) || event.epoch === 0);
    assert.equal(verdictOf(young), undefined, name);
    const unmeasured = events.filter(({ type }) => type !== 'rank');
    assert.equal(verdictOf(unmeasured), undefined, name);
  }
});

test('one odd measurement changes nothing', () => {
  const collapsed = recorded('symmetric').find(
    (event) => event.type === 'rank' && event.epoch === 11,
  );
  const events = recorded('simsiam');
  const index = events.findIndex((event) => event.type === 'rank' && event.epoch === 5);
  assert.ok(collapsed?.type === 'rank');
  events.splice(index, 0, { ...collapsed, epoch: 5, step: 0 });
  assert.deepEqual(
    verdicts(events).map(({ verdict }) => verdict),
    ['healthy'],
  );
});

test('a run begun anew in the same folder gets a verdict of its own', () => {
  const found = verdictOf([...recorded('symmetric'), ...recorded('target-1')]);
  assert.equal(found?.verdict, 'healthy');
});

test('the evidence is the median of the last measurements', () => {
  const [found] = verdicts(recorded('target+1'));
  assert.ok(found);
  const { evidence } = found;
  assert.deepEqual(evidence, {
    measurements: 3,
    onlineRank: 27.43, // of 35.8, 27.43 and 23.05
    targetRank: 2.686,
    difference: -24.74,
    fullRank: 256,
    energyRank: 2.709, // the online ones: 3.24, 2.709 and 2.46
    featureStd: 0.8368,
    alignment: 0.5742,
    lossChange: null,
    drift: null, // of a run that began with weights alone
  });
  assert.equal(
    verdictLine(found, 39),
    'Verdict: [1][ 0/39]\tdimensional collapse\t' +
      'ranks 27.43 → 2.69 of 256, difference -24.74, std 0.84, alignment 0.57',
  );
  const [warning, remedy] = verdictWarning(found) ?? [];
  assert.match(warning ?? '', /^warning: dimensional collapse: the features lie in few directions/);
  assert.match(remedy ?? '', /prevents it$/);
  assert.equal(verdictWarning({ ...found, verdict: 'healthy' }), undefined);
});

/** BYOL without predictor, and targets that follow at once: gone within one epoch of 25 steps. */
const collapsing = [
  ...['--method', 'byol', '--pred-type', 'poly', '--sigma', '0', '--base-tau', '0.5', '--lr', '1'],
  ...['-b', '2', '--epochs', '3'],
];

test('--on-collapse stop saves, says why and exits with 3', async () => {
  const output = scratch();
  const flags = [...small, ...collapsing, '--on-collapse', 'stop', '--output', output];
  const { code, stdout, stderr } = await rdm(['pretrain', ...flags, await dataset()]);
  assert.equal(code, 3, stderr);
  assert.match(stdout, /^Verdict: \[1\]\[.*\tcomplete collapse\tranks /m);
  assert.match(stderr, /^rdm: warning: complete collapse: .*\n +a learnable predictor/m);
  const [, checkpoint = ''] = /^rdm: stopped; the last checkpoint is (.*)$/m.exec(stderr) ?? [];
  assert.match(checkpoint, /checkpoint_\d{4}(-\d{6})?\.pth\.tar$/);
  assert.ok(existsSync(checkpoint));
  const events = readFileSync(join(output, 'events.jsonl'), 'utf8');
  assert.match(events, /"type":"verdict",.*"verdict":"complete_collapse"/);
});

test('--on-collapse warn goes on to the end; the summary has the verdict', {
  skip: nightly,
}, async () => {
  const output = scratch();
  const found: Event[] = [];
  const summary = await pretrain(
    {
      ...{ data: await dataset(), output, ...quick, batchSize: 2, dim: 64 },
      ...{ workers: 2, seed: 3, device: 'cpu', printFreq: 1, epochs: 2, lr: 1 },
      ...{
        method: 'byol',
        baseTau: 0.5,
        predictor: { type: 'poly', location: 'online', sigma: 0 },
      },
    },
    { onEvent: (event) => found.push(event) },
  );
  assert.equal(summary.outcome, 'done');
  assert.equal(summary.verdict, 'complete_collapse');
  const start = found.find(({ type }) => type === 'start');
  assert.ok(start?.type === 'start');
  assert.equal(start.dim, 64);
  assert.equal(verdictOf(found)?.verdict, summary.verdict);
});

test('the end of a run without a verdict says so', () => {
  const lines = (verdict: Summary['verdict'], outcome: Summary['outcome'] = 'done') =>
    standingLines({ outcome, verdict } as Summary);
  assert.deepEqual(lines('too_early'), ['verdict: too early to say']);
  assert.deepEqual(lines('undecided'), ['verdict: undecided']);
  assert.deepEqual(lines('healthy'), []); // told when it was found
  assert.deepEqual(lines('too_early', 'stopped'), []);
});

test('an unknown action is refused', async () => {
  const { code, stderr } = await rdm(['pretrain', '--on-collapse', 'panic', 'images']);
  assert.equal(code, 2);
  assert.match(stderr, /^rdm: unknown action on a collapse 'panic'\n +choose from: warn, stop/);
});
