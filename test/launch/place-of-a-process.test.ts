// Which of several processes this one is: by the reference's flags, by torchrun's variables or by Slurm's.
import assert from 'node:assert/strict';
import test from 'node:test';
import { noUrl, RdmError } from 'rdm-ssl';
import type { ProcessFlags } from '../../dist/cli/flags/flags.js';
import { placeOf } from '../../dist/cli/launch/place.js';
import { plan } from '../../dist/cli/launch/plan.js';
import { firstOf, tasksPerNode } from '../../dist/cli/launch/variables.js';
import { resolvePretrain } from '../../dist/options/runs.js';

type Environment = Record<string, string>;

function flags(given: Partial<ProcessFlags> = {}): ProcessFlags {
  const none = { worldSize: -1, rank: -1, distUrl: noUrl, distTimeout: 1800, maxRestarts: 0 };
  return { device: 'cpu', output: '.', ...none, ...given };
}

/** As torch.distributed.run sets them for the third process of two machines with two each. */
const torchrun: Environment = {
  RANK: '2',
  LOCAL_RANK: '0',
  WORLD_SIZE: '4',
  LOCAL_WORLD_SIZE: '2',
  MASTER_ADDR: 'node0',
  MASTER_PORT: '29500',
  TORCHELASTIC_RUN_ID: 'none',
  TORCHELASTIC_RESTART_COUNT: '1',
  TORCHELASTIC_USE_AGENT_STORE: 'True',
};

/** As srun sets them for the last of `--nodes 2 --ntasks-per-node 2`. */
const slurm: Environment = {
  SLURM_JOB_ID: '4711',
  SLURM_STEP_ID: '0',
  SLURM_STEP_NODELIST: 'gpu[07-08]',
  SLURM_STEP_TASKS_PER_NODE: '2(x2)',
  SLURM_NTASKS: '4',
  SLURM_PROCID: '3',
  SLURM_NODEID: '1',
  SLURM_LOCALID: '1',
  SLURM_LAUNCH_NODE_IPADDR: '10.0.0.1',
};

const without = (env: Environment, ...names: string[]) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

test('alone, where neither flags nor variables say otherwise', () => {
  assert.equal(placeOf(flags(), { HOME: '/root' }), undefined);
  assert.equal(placeOf(flags({ worldSize: 1, rank: 0 }), {}), undefined);
  assert.deepEqual(plan(flags(), {}), { process: undefined });
});

for (const distUrl of [noUrl, 'env://']) {
  test(`torchrun's variables with --dist-url ${distUrl}`, () => {
    assert.deepEqual(placeOf(flags({ distUrl }), torchrun), {
      ...{ rank: 2, worldSize: 4, localRank: 0, localWorldSize: 2 },
      ...{ host: 'node0', port: 29500, serve: false, run: 'none', attempt: 1 },
    });
  });

  test(`srun's variables with --dist-url ${distUrl}`, () => {
    assert.deepEqual(placeOf(flags({ distUrl }), slurm), {
      ...{ rank: 3, worldSize: 4, localRank: 1, localWorldSize: 2 },
      ...{ host: 'gpu07', port: 20_000 + ((4711 * 16) % 12_000), serve: false },
      ...{ run: '4711.0', attempt: 0 },
    });
  });
}

test("rank 0 holds the store, unless torchrun's agent does", () => {
  const first = { ...torchrun, RANK: '0' };
  assert.equal(placeOf(flags(), first)?.serve, false);
  assert.equal(placeOf(flags(), without(first, 'TORCHELASTIC_USE_AGENT_STORE'))?.serve, true);
  assert.equal(placeOf(flags(), { ...slurm, SLURM_PROCID: '0', SLURM_LOCALID: '0' })?.serve, true);
  assert.equal(placeOf(flags({ distUrl: 'tcp://node0:1' }), first)?.serve, true);
});

test("the four variables of torch's env:// suffice", () => {
  const place = placeOf(flags(), {
    ...{ RANK: '1', WORLD_SIZE: '2', MASTER_ADDR: '10.0.0.1', MASTER_PORT: '1' },
  });
  assert.deepEqual(place, {
    ...{ rank: 1, worldSize: 2, localRank: 0, localWorldSize: 1 },
    ...{ host: '10.0.0.1', port: 1, serve: false, run: 'rdm', attempt: 0 },
  });
});

test("torchrun's variables win inside a step of srun, where both are", () => {
  assert.equal(placeOf(flags(), { ...slurm, ...torchrun })?.rank, 2);
});

test('a batch script of Slurm is no task', () => {
  assert.equal(placeOf(flags(), without(slurm, 'SLURM_STEP_ID')), undefined);
});

test("the step counts, where the job is larger; the script's own meeting place too", () => {
  const env = {
    ...slurm,
    ...{ SLURM_NTASKS: '8', SLURM_TASKS_PER_NODE: '4(x2)', SLURM_STEP_NUM_TASKS: '4' },
    ...{ MASTER_ADDR: 'here', MASTER_PORT: '3' },
  };
  const { worldSize, localWorldSize, host, port } = placeOf(flags(), env) ?? {};
  assert.deepEqual(
    { worldSize, localWorldSize, host, port },
    { worldSize: 4, localWorldSize: 2, host: 'here', port: 3 },
  );
});

test('tasks per node, and the first node, in the notation of Slurm', () => {
  assert.deepEqual(tasksPerNode('2(x3),1'), [2, 2, 2, 1]);
  assert.deepEqual(tasksPerNode('4'), [4]);
  for (const [list, first] of [
    ['gpu[007-009,12],login1', 'gpu007'],
    ['a-1,b-2', 'a-1'],
    ['rack[2-3]node[05,07]', 'rack2node05'],
    ['tux[1-4]-ib', 'tux1-ib'],
    ['single', 'single'],
  ] as const) {
    assert.equal(firstOf(list), first);
  }
});

test('another step, job or attempt meets at other keys, and the first two at another port', () => {
  const one = placeOf(flags(), slurm);
  const next = placeOf(flags(), { ...slurm, SLURM_STEP_ID: '1' });
  const again = placeOf(flags(), { ...slurm, SLURM_RESTART_COUNT: '2' });
  assert.notEqual(one?.port, next?.port);
  assert.notEqual(one?.run, next?.run);
  assert.deepEqual([one?.port, one?.run, 2], [again?.port, again?.run, again?.attempt]);
});

test('--world-size and --rank number processes, or machines that start several', () => {
  const given = flags({ worldSize: 2, rank: 1, distUrl: 'tcp://node0:29500' });
  const place = {
    ...{ rank: 1, worldSize: 2, localRank: 0, localWorldSize: 1 },
    ...{ host: 'node0', port: 29500, serve: false, run: 'rdm', attempt: 0 },
  };
  assert.deepEqual(placeOf(given, {}), place);
  const launch = { processes: 4, place, maxRestarts: 0, output: '.' };
  assert.deepEqual(plan({ ...given, nprocPerNode: 4 }, {}), { launch });
  // One task a node, as the variables say the same.
  const tasks = { RANK: '1', WORLD_SIZE: '2', MASTER_ADDR: 'node0', MASTER_PORT: '29500' };
  assert.deepEqual(plan(flags({ nprocPerNode: 4 }), tasks), { launch });
});

test('an address may be IPv6, and a single machine may name its own', () => {
  const { host, port } = placeOf(flags({ distUrl: 'tcp://[::1]:5' }), {}) ?? {};
  assert.deepEqual({ host, port }, { host: '::1', port: 5 });
});

test('processes share the batch and the workers of their machine', () => {
  const place = { host: 'h', port: 1, rank: 3, worldSize: 8, localRank: 1, localWorldSize: 2 };
  const resolved = resolvePretrain({ data: 'x', device: 'cpu', workers: 5, process: place });
  assert.equal(resolved.batchSize, 512); // the addon takes its share
  assert.equal(resolved.workers, 3); // (5 + 2 − 1) / 2, as in the reference
  assert.deepEqual(resolved.process, {
    ...place,
    ...{ serve: false, prefix: 'rdm', backend: 'gloo', timeout: 1800 },
  });
});

test('one process of one is no process of several', () => {
  const place = { host: 'h', port: 1, rank: 0, worldSize: 1 };
  assert.equal(resolvePretrain({ data: 'x', process: place }).process, null);
});

const tcp = { distUrl: 'tcp://node0:1' };
const refusals: [what: string, given: Partial<ProcessFlags>, env: Environment, message: RegExp][] =
  [
    ['no RANK', {}, without(torchrun, 'RANK'), /^RANK is not set, where WORLD_SIZE is$/],
    [
      'no WORLD_SIZE',
      {},
      without(torchrun, 'WORLD_SIZE'),
      /^WORLD_SIZE is not set, where RANK is$/,
    ],
    ['no address', {}, without(torchrun, 'MASTER_ADDR'), /^MASTER_ADDR is not set, where RANK is$/],
    ['no port', {}, without(torchrun, 'MASTER_PORT'), /^MASTER_PORT is not set, where RANK is$/],
    [
      'half a local place',
      {},
      without(torchrun, 'LOCAL_RANK'),
      /^LOCAL_RANK is not set, where LOCAL_WORLD_SIZE is$/,
    ],
    ['a rank too many', {}, { ...torchrun, RANK: '4' }, /^RANK=4 contradicts WORLD_SIZE=4$/],
    [
      'a local rank too many',
      {},
      { ...torchrun, LOCAL_RANK: '2' },
      /^LOCAL_RANK=2 contradicts LOCAL_WORLD_SIZE=2$/,
    ],
    [
      'more here than anywhere',
      {},
      { ...torchrun, LOCAL_WORLD_SIZE: '5' },
      /^LOCAL_WORLD_SIZE=5 contradicts WORLD_SIZE=4$/,
    ],
    ['no number', {}, { ...torchrun, RANK: 'one' }, /RANK must be a whole number, not 'one'$/],
    [
      'no such port',
      {},
      { ...torchrun, MASTER_PORT: '70000' },
      /^MASTER_PORT has no port .*'70000'$/,
    ],
    [
      'half of Slurm',
      {},
      without(slurm, 'SLURM_PROCID'),
      /^SLURM_PROCID is not set, where SLURM_ST/,
    ],
    [
      'a task too many',
      {},
      { ...slurm, SLURM_PROCID: '4' },
      /^SLURM_PROCID=4 contradicts SLURM_NTA/,
    ],
    [
      'a task too many here',
      {},
      { ...slurm, SLURM_LOCALID: '2' },
      /^SLURM_LOCALID=2 contradicts 2 tasks on this node$/,
    ],
    [
      'tasks that do not parse',
      {},
      { ...slurm, SLURM_STEP_TASKS_PER_NODE: 'two' },
      /^SLURM_TASKS_PER_NODE has 'two'/,
    ],
    [
      'a node without tasks',
      {},
      { ...slurm, SLURM_NODEID: '2' },
      /^SLURM_NODEID=2 has no tasks in SLURM_TASKS_PER_NODE=2\(x2\)$/,
    ],
    ['env:// of nobody', { distUrl: 'env://' }, {}, /^--dist-url env:\/\/ finds neither RANK/],
    [
      'another scheme',
      { distUrl: 'file:///tmp/x' },
      {},
      /^--dist-url cannot be 'file:\/\/\/tmp\/x'$/,
    ],
    [
      'no port in the URL',
      { distUrl: 'tcp://node0' },
      {},
      /^--dist-url cannot be 'tcp:\/\/node0'$/,
    ],
    ['a bad port there', { distUrl: 'tcp://node0:0' }, {}, /^--dist-url has no port .*'0'$/],
    ['no place to meet', { worldSize: 2, rank: 0 }, {}, /^--world-size 2 needs a place to meet$/],
    [
      'no --rank',
      { ...tcp, worldSize: 2 },
      {},
      /^--world-size 2 needs the number of this machine$/,
    ],
    ['a --rank too many', { ...tcp, worldSize: 2, rank: 2 }, {}, /^--rank 2 is not among 2$/],
    ['no machine', { worldSize: 0 }, {}, /^--world-size must be at least 1, not 0$/],
    ['numbered twice', { ...tcp, worldSize: 4, rank: 2 }, torchrun, /^torchrun has numbered this/],
    ['started twice', { nprocPerNode: 2 }, torchrun, /has started a process for each device/],
    [
      'started twice',
      { multiprocessingDistributed: true },
      slurm,
      /has started a process for each/,
    ],
    ['no process', { nprocPerNode: 0 }, {}, /^--nproc-per-node must be at least 1, not 0$/],
    ['fewer restarts than none', { maxRestarts: -1 }, {}, /^--max-restarts must be at least 0/],
    [
      'one device for two',
      { gpu: 0, nprocPerNode: 2 },
      {},
      /^--gpu 0 is one device, and each of 2/,
    ],
  ];

for (const [what, given, env, message] of refusals) {
  test(`refused: ${what}, ${JSON.stringify(given)}`, () => {
    assert.throws(
      () => plan(flags(given), env),
      (error) => {
        assert.ok(error instanceof RdmError, String(error));
        assert.equal(error.code, 'usage');
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('nccl is refused on a CPU, and a batch that does not divide', () => {
  const place = { host: 'h', port: 1, rank: 0, worldSize: 3, localWorldSize: 3 };
  const refused = (given: object, message: RegExp) =>
    assert.throws(() => resolvePretrain({ data: 'x', device: 'cpu', ...given }), { message });
  refused({ process: { ...place, backend: 'nccl' } }, /^--dist-backend nccl talks between CUDA/);
  refused({ process: { ...place, backend: 'mpi' } }, /^unknown backend 'mpi'$/);
  refused({ batchSize: 64, process: place }, /^--batch-size 64 cannot be split over 3 processes$/);
  const rollback = { onDivergence: 'rollback', batchSize: 63 };
  refused({ process: place, ...rollback }, /^--on-divergence rollback is for a single process/);
  refused({ process: { ...place, rank: 3 } }, /^rank 3 is not among 3 processes/);
  refused({ process: { ...place, timeout: 0 } }, /^--dist-timeout must be a whole number of at/);
});
