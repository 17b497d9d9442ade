// Making a sweep's runs: what is made, what is left, who goes on; with runs that only write the files of runs.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { planSweep, type RunEnd, runSweep, type SweepOptions, type SweepRow } from 'rdm-ssl';
import { asLines, epochEnd, rank, start, step, summary } from '../support/events.js';
import { scratch } from '../support/folders.js';

async function plan(sigmas: number[], flags = 'epochs: 4') {
  const path = join(scratch(), 'sweep.yaml');
  const filter = 'pred-type: poly, pred-location: target';
  writeFileSync(path, `flags: {${filter}, ${flags}}\naxes: {sigma: [${sigmas.join(', ')}]}\n`);
  return planSweep(path, ['/data']);
}

const valueAfter = (args: string[], flag: string) =>
  args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;

/** A run that trains at once, with a loss of its sigma; those of `ends` end otherwise. */
function fakeRuns(ends: Record<string, RunEnd> = {}) {
  const made: string[] = [];
  const begin = async (args: string[]): Promise<RunEnd> => {
    const [output = '', sigma = ''] = [valueAfter(args, '--output'), valueAfter(args, '--sigma')];
    const until = Number(valueAfter(args, '--until') ?? 4);
    made.push(`${sigma} to ${until}`);
    const end = ends[sigma] ?? { outcome: 'done' as const };
    if (end.outcome === 'failed') return end;
    mkdirSync(output, { recursive: true });
    const log = join(output, 'events.jsonl');
    const done = existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line.includes('"epoch"')).length
      : 0;
    const epochs = Array.from({ length: until }, (_, epoch) => epoch).slice(done);
    const lines = epochs.flatMap((epoch) => [
      ...[step(epoch, 0, 0), rank(epoch, 3, 4, 8), epochEnd(epoch, Number(sigma))],
    ]);
    const stopped = end.outcome === 'collapsed' ? 'stopped' : 'done';
    appendFileSync(
      log,
      asLines([
        { ...start, epochs: 4, startEpoch: done },
        ...lines,
        { ...summary, outcome: stopped },
      ]),
    );
    writeFileSync(join(output, `checkpoint_000${until - 1}.pth.tar`), '');
    return end;
  };
  return { made, begin };
}

const states = (rows: SweepRow[]) => rows.map(({ state }) => state);

function sweep(
  planned: Awaited<ReturnType<typeof plan>>,
  output: string,
  begin: SweepOptions['start'],
  more: Partial<SweepOptions> = {},
) {
  const { signal } = new AbortController();
  return runSweep(planned, { output, jobs: 1, start: begin, signal, ...more });
}

test('each run is made once; a sweep that is called again makes what was added', async () => {
  const output = join(scratch(), 'sweep');
  const first = fakeRuns();
  const found = await sweep(await plan([-1, 0]), output, first.begin);
  assert.deepEqual([found.outcome, states(found.rows)], ['done', ['done', 'done']]);
  assert.deepEqual(first.made, ['-1 to 4', '0 to 4']);
  const again = fakeRuns();
  const { rows } = await sweep(await plan([-2, -1, 0]), output, again.begin);
  assert.deepEqual(again.made, ['-2 to 4']);
  assert.deepEqual(states(rows), ['done', 'done', 'done']);
  assert.deepEqual(
    rows.map(({ run }) => run?.measures.loss),
    [-2, -1, 0],
  );
});

test('a run that failed is listed with its reason, the others go on, and it is tried again', async () => {
  const output = join(scratch(), 'sweep');
  const failed = { outcome: 'failed' as const, reason: 'no space left' };
  const { rows } = await sweep(await plan([-1, 0]), output, fakeRuns({ '-1': failed }).begin);
  assert.deepEqual(states(rows), ['failed', 'done']);
  assert.equal(rows[0]?.reason, 'no space left');
  const again = fakeRuns();
  assert.deepEqual(states((await sweep(await plan([-1, 0]), output, again.begin)).rows), [
    ...['done', 'done'],
  ]);
  assert.deepEqual(again.made, ['-1 to 4']);
});

test('stopping starts no more runs', async () => {
  const output = join(scratch(), 'sweep');
  const controller = new AbortController();
  const stopping = async () => {
    controller.abort();
    return { outcome: 'stopped' as const };
  };
  const { signal } = controller;
  const found = await sweep(await plan([-1, 0]), output, stopping, { signal });
  assert.deepEqual([found.outcome, states(found.rows)], ['stopped', ['stopped', 'waiting']]);
});

test('a folder that vanished is told, and its run is made anew', async () => {
  const output = join(scratch(), 'sweep');
  const { rows } = await sweep(await plan([-1, 0]), output, fakeRuns().begin);
  rmSync(rows[0]?.run?.folder ?? '', { recursive: true });
  const again = fakeRuns();
  const lost: string[] = [];
  const onLost = (name: string) => void lost.push(name);
  await sweep(await plan([-1, 0]), output, again.begin, { onLost });
  assert.deepEqual([lost, again.made], [['sigma=-1'], ['-1 to 4']]);
});

test('halving: the better half goes on, and again only as far as it is not yet', async () => {
  const output = join(scratch(), 'sweep');
  const halving = { keep: 1, score: 'loss' as const };
  const first = fakeRuns();
  const planned = await plan([-3, -1, -4, -2]);
  const { rows } = await sweep(planned, output, first.begin, { halving });
  assert.deepEqual(states(rows), ['dropped', 'dropped', 'done', 'dropped']);
  assert.deepEqual(first.made, [
    ...['-3 to 1', '-1 to 1', '-4 to 1', '-2 to 1'],
    ...['-3 to 2', '-4 to 2', '-4 to 4'],
  ]);
  const again = fakeRuns();
  await sweep(planned, output, again.begin, { halving });
  assert.deepEqual(again.made, []);
});

const refusals: [what: string, message: RegExp, attempt: (output: string) => Promise<unknown>][] = [
  [
    'another sweep in the folder',
    /holds another sweep than .*sweep\.yaml: it differs in its flags/,
    async (output) => {
      await sweep(await plan([-1]), output, fakeRuns().begin);
      return sweep(await plan([-1], 'epochs: 5'), output, fakeRuns().begin);
    },
  ],
  [
    'a sweep that goes on in the folder',
    new RegExp(`another sweep goes on in .*: process ${process.ppid} on `),
    async (output) => {
      mkdirSync(output);
      writeFileSync(join(output, '.rdm-sweep-lock'), `process ${process.ppid} on ${hostname()}\n`);
      return sweep(await plan([-1]), output, fakeRuns().begin);
    },
  ],
  [
    'a sweep.json of another program',
    /sweep\.json is not the record of a sweep/,
    async (output) => {
      mkdirSync(output);
      writeFileSync(join(output, 'sweep.json'), '{"runs": 3}');
      return sweep(await plan([-1]), output, fakeRuns().begin);
    },
  ],
  [
    'a folder that cannot be written',
    /cannot write to the folder of the sweep/,
    async (output) => {
      writeFileSync(output, '');
      return sweep(await plan([-1]), output, fakeRuns().begin);
    },
  ],
  [
    'halving that keeps all',
    /--keep-best 2 keeps all 2 runs/,
    async (output) =>
      sweep(await plan([-1, -2]), output, fakeRuns().begin, {
        halving: { keep: 2, score: 'loss' },
      }),
  ],
  [
    'halving by what is not measured',
    /--score knn is not measured in the run sigma=-1/,
    async (output) =>
      sweep(await plan([-1, -2]), output, fakeRuns().begin, { halving: { keep: 1, score: 'knn' } }),
  ],
  [
    'halving where no run has come to the score',
    /no run of the sweep has a knn after epoch 2/,
    async (output) => {
      const planned = await plan([-1, -2], 'epochs: 4, knn-every: 4');
      return sweep(planned, output, fakeRuns().begin, { halving: { keep: 1, score: 'knn' } });
    },
  ],
];

for (const [what, message, attempt] of refusals) {
  test(`refused: ${what}`, async () => {
    await assert.rejects(attempt(join(scratch(), 'sweep')), message);
  });
}

test('the lock of a process that is gone keeps nobody out', async () => {
  const output = scratch();
  writeFileSync(join(output, '.rdm-sweep-lock'), `process ${2 ** 30} on ${hostname()}\n`);
  const { outcome } = await sweep(await plan([-1]), output, fakeRuns().begin);
  assert.equal(outcome, 'done');
  assert.ok(!existsSync(join(output, '.rdm-sweep-lock')));
});
