// An addon that plays the processes of a run: it trains nothing, but keeps step with its peers, writes
// checkpoints, notices by a heartbeat in files when a peer is gone, and dies on command.
//   RDM_TEST_ACTS: {"ATTEMPT.RANK": "WHAT STEP"}, WHAT of `acts` below, at step 2 where none is given
//   RDM_TEST_STEPS: how long a run is; a step takes 50 ms
//   RDM_TEST_DEVICES: how many CUDA devices there are
//   RDM_TEST_MISSING: why there is none, as environment() tells it
// Each process writes PREFIX.RANK.json into the output folder: what it was given, and in which process.
const { mkdirSync, readFileSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const { RDM_TEST_ACTS = '{}', RDM_TEST_STEPS = '5', RDM_TEST_DEVICES = '0' } = process.env;
const { RDM_TEST_MISSING = 'null' } = process.env;
const asked = JSON.parse(RDM_TEST_ACTS);
const devices = Number(RDM_TEST_DEVICES);
const silenceMs = 3000; // a peer that is silent for longer is lost, once it was there

const acts = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  freeze: () => process.kill(process.pid, 'SIGSTOP'),
  exit: () => process.exit(3),
  hang: () => pause(60_000),
  refuse: () => {
    throw failure('bad_data', 'no such image');
  },
  usage: () => {
    throw failure('usage', 'that makes no sense');
  },
};

const failure = (code, message) => Object.assign(new Error(message), { code, hint: 'a hint' });

function start(options, onEvent) {
  const control = { stopping: false };
  const stop = () => {
    control.stopping = true;
  };
  return { done: run(options, onEvent, control), stop, end: () => {} };
}

async function run(options, onEvent, control) {
  const { output } = options;
  const { rank, worldSize, prefix } = options.process ?? { rank: 0, worldSize: 1, prefix: 'alone' };
  const file = (peer, kind) => join(output, `${prefix.replaceAll('/', '.')}.${peer}.${kind}`);
  const beat = (step) => writeFileSync(file(rank, 'beat'), String(step));
  mkdirSync(output, { recursive: true });
  const { OMP_NUM_THREADS: threads } = process.env;
  writeFileSync(file(rank, 'json'), JSON.stringify({ options, threads, pid: process.pid }));
  const [what, when = '2'] = (asked[`${prefix.split('/').at(-1)}.${rank}`] ?? 'go').split(' ');
  for (let step = 0; step < Number(RDM_TEST_STEPS) && !control.stopping; ++step) {
    beat(step);
    for (let peer = 0; peer < worldSize; ++peer) await waitFor(peer, file(peer, 'beat'), step);
    if (rank === 0) onEvent({ type: 'warning', code: 'step', message: `step ${step}` });
    if (rank === 0 && step === 1) writeFileSync(join(output, 'checkpoint_0000.pth.tar'), '');
    if (step === Number(when)) await acts[what]?.();
    await pause(50);
  }
  beat(Infinity); // nobody has to wait for it any more
  if (control.stopping && rank === 0)
    writeFileSync(join(output, 'checkpoint_0000-000002.pth.tar'), '');
  return {
    outcome: control.stopping ? 'stopped' : 'done',
    checkpoint: null,
    places: [],
    results: [],
  };
}

/** As a collective does. */
async function waitFor(peer, path, step) {
  const began = Date.now();
  for (let last = seen(path); last.step < step; last = seen(path)) {
    if (last.step >= 0 && Date.now() - Math.max(last.time, began) > silenceMs) {
      throw failure('lost_rank', `rank ${peer} is lost at step ${step}`);
    }
    await pause(10);
  }
}

function seen(path) {
  try {
    return { step: Number(readFileSync(path, 'utf8')), time: statSync(path).mtimeMs };
  } catch {
    return { step: -1, time: 0 };
  }
}

module.exports = {
  pretrain: start,
  lincls: start,
  knn: start,
  leave: () => {},
  environment: () => ({
    cuda: { available: devices > 0, devices, missing: JSON.parse(RDM_TEST_MISSING) },
  }),
};
