// The process that starts others: whom it names, whom it ends, what it passes on. Real processes of the
// command line, on an addon that plays ranks (support/ranks.cjs).
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { ResolvedPretrain } from '../../dist/options/runs.js';
import { scratch } from '../support/folders.js';
import { pythonWithTorch } from '../support/python.js';
import { bin, type Result, rdm, root, run } from '../support/rdm.js';

const deadline = { timeout: 60_000 };
const addon = { RDM_ADDON: join(root, 'test/support/ranks.cjs') };
const host = hostname();

interface Told {
  options: ResolvedPretrain;
  threads: string;
  pid: number;
}

interface Played extends Result {
  output: string;
}

type OnStdout = (child: ChildProcess, stdout: string) => void;

async function play(
  flags: string[],
  env: Record<string, string> = {},
  onStdout?: OnStdout,
): Promise<Played> {
  const output = scratch();
  const args = ['pretrain', ...flags, '--json', '--output', output, 'images'];
  const result = await rdm(args, { env: { ...addon, ...env }, ...(onStdout && { onStdout }) });
  return { ...result, output };
}

const acts = (given: Record<string, string>) => ({ RDM_TEST_ACTS: JSON.stringify(given) });
const endless = { RDM_TEST_STEPS: '100000' };

function told(output: string, name: string): Told {
  return JSON.parse(readFileSync(join(output, `${name}.json`), 'utf8')) as Told;
}

const attempts = (output: string) =>
  readdirSync(output)
    .filter((name) => /^rdm\.\d+\.\d+\.json$/.test(name))
    .map((name) => name.slice('rdm.'.length, -'.json'.length))
    .sort();

const lines = (text: string) => text.split('\n').filter(Boolean);
const once = (text: string, part: string) => assert.equal(text.split(part).length, 2, text);

test('each process gets its place, and rank 0 alone reports', deadline, async () => {
  const { code, stdout, stderr, output } = await play(
    ['--nproc-per-node', '2', '-b', '64', '-j', '5', '--dist-timeout', '60'],
    { OMP_NUM_THREADS: '' },
  );
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.equal(lines(stdout).length, 5 + 1); // a step each, and the summary
  assert.equal(lines(readFileSync(join(output, 'events.jsonl'), 'utf8')).length, 5 + 1);
  const [first, second] = [told(output, 'rdm.0.0'), told(output, 'rdm.0.1')];
  const { port, ...place } = first.options.process ?? assert.fail();
  assert.deepEqual(place, {
    ...{ rank: 0, worldSize: 2, localRank: 0, localWorldSize: 2, host: '127.0.0.1' },
    ...{ serve: true, prefix: 'rdm/0', backend: 'gloo', timeout: 60 },
  });
  const other = { ...place, port, rank: 1, localRank: 1, serve: false };
  assert.deepEqual(second.options.process, other);
  assert.deepEqual([first.options.batchSize, first.options.workers], [64, 3]);
  assert.match(first.threads, /^[1-9]\d*$/);
});

test('--multiprocessing-distributed starts a process a device, on NCCL', deadline, async () => {
  const { code, output } = await play(['--multiprocessing-distributed'], { RDM_TEST_DEVICES: '2' });
  assert.equal(code, 0);
  assert.deepEqual(attempts(output), ['0.0', '0.1']);
  assert.equal(told(output, 'rdm.0.1').options.process?.backend, 'nccl');
  assert.equal(told(output, 'rdm.0.1').options.gpu, null); // the addon takes the local rank's
  const more = await play(['--nproc-per-node', '3'], { RDM_TEST_DEVICES: '2' });
  assert.match(more.stderr, /^rdm: --nproc-per-node 3 is more than the CUDA devices .*: 2\n/);
  assert.equal(more.code, 2);
});

test('with one device there is one process, this one', deadline, async () => {
  const { code, output } = await play(['--multiprocessing-distributed']);
  assert.equal(code, 0);
  assert.equal(told(output, 'alone.0').options.process, null);
});

test('OMP_NUM_THREADS stays as it is set', deadline, async () => {
  const { output } = await play(['--nproc-per-node', '2'], { OMP_NUM_THREADS: '7' });
  assert.equal(told(output, 'rdm.0.1').threads, '7');
});

test('two machines: ranks follow on, at the address of the first', deadline, async () => {
  const output = scratch();
  const machine = (rank: number) =>
    rdm(
      [
        ...['pretrain', '--nproc-per-node', '2', '--world-size', '2', '--rank', `${rank}`],
        ...['--dist-url', 'tcp://127.0.0.1:29511', '--json', '--output', output, 'images'],
      ],
      { env: addon },
    );
  const [first, second] = await Promise.all([machine(0), machine(1)]);
  assert.deepEqual([first.code, second.code], [0, 0], `${first.stderr}${second.stderr}`);
  assert.equal(second.stdout, '');
  for (const rank of [0, 1, 2, 3]) {
    const { process: place } = told(output, `rdm.0.${rank}`).options;
    const { worldSize, localRank, localWorldSize, port, serve } = place ?? assert.fail();
    const expected = [4, rank % 2, 2, 29511, rank === 0];
    assert.deepEqual([worldSize, localRank, localWorldSize, port, serve], expected);
  }
});

test('a process that is killed is named, and the others end', deadline, async () => {
  const { code, stderr, output } = await play(['--nproc-per-node', '3', '-b', '3'], {
    ...endless,
    ...acts({ '0.1': 'kill' }),
  });
  assert.equal(code, 1);
  const { pid } = told(output, 'rdm.0.1');
  const [first, ...others] = lines(stderr);
  assert.equal(first, `rdm: rank 1 (${host}, process ${pid}) was killed by SIGKILL`);
  assert.ok(others.includes('rdm: rank 1 is lost at step 3'), stderr);
  const { pid: second } = told(output, 'rdm.0.2');
  const own = `rdm: rank 2 (${host}, process ${second}): rank 1 is lost at step 3`;
  assert.ok(others.includes(own), stderr);
  assert.doesNotMatch(stderr, /ended with exit code/); // those that it was not
});

test('a process that is stopped is killed once the others have ended', deadline, async () => {
  const { code, stderr, output } = await play(['--nproc-per-node', '2'], {
    ...endless,
    ...acts({ '0.1': 'freeze' }),
  });
  assert.equal(code, 1);
  const { pid } = told(output, 'rdm.0.1');
  const name = `rank 1 (${host}, process ${pid})`;
  once(stderr, `rdm: ${name} did not end by itself, and is killed\n`);
  assert.doesNotMatch(stderr, /was killed by/);
  assert.ok(gone(pid));
});

test('a process that fails says why, with its rank and host, and is named', deadline, async () => {
  const { code, stderr } = await play(['--nproc-per-node', '2', '--max-restarts', '0'], {
    ...endless,
    ...acts({ '0.1': 'refuse' }),
  });
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(`^rdm: rank 1 \\(${host}, process \\d+\\): no such image\n     a hint\n`),
  );
  assert.match(stderr, /^rdm: rank 1 \(.*, process \d+\) ended with exit code 1$/m);
});

test('wrong usage is told once, is not tried again, and exits 2', deadline, async () => {
  const flags = ['--nproc-per-node', '3', '-b', '64', '--max-restarts', '3'];
  const { code, stderr } = await play(flags);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^rdm: --batch-size 64 cannot be split over 3 processes\n.*take a multiple of 3\n$/,
  );
  const one = acts({ '0.1': 'usage' });
  const later = await play(['--nproc-per-node', '2', '--max-restarts', '3'], one);
  assert.equal(later.code, 2);
  assert.match(later.stderr, /^rdm: rank 1 \(.*\) ended with exit code 2$/m);
  assert.deepEqual(attempts(later.output), ['0.0', '0.1']);
});

test(
  'a run that gives itself up is not tried again, and keeps its exit code',
  deadline,
  async () => {
    const flags = ['--nproc-per-node', '2', '--max-restarts', '3'];
    const { code, output } = await play(flags, acts({ '0.0': 'exit', '0.1': 'exit' }));
    assert.equal(code, 3);
    assert.deepEqual(attempts(output), ['0.0', '0.1']);
  },
);

test(
  '--max-restarts starts all again from the newest checkpoint, at other keys',
  deadline,
  async () => {
    const output = scratch();
    writeFileSync(join(output, 'checkpoint.pth.tar'), 'of lincls, earlier');
    const line = ['--nproc-per-node', '2', '--max-restarts', '2', '--resume', 'first.pth.tar'];
    const { code, stderr } = await rdm(['pretrain', ...line, '--output', output, '--', 'images'], {
      env: { ...addon, ...acts({ '0.1': 'kill 0', '1.0': 'kill 2' }) },
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(attempts(output), ['0.0', '0.1', '1.0', '1.1', '2.0', '2.1']);
    const checkpoint = join(output, 'checkpoint_0000.pth.tar');
    once(stderr, 'rdm: restart 1 of 2, from the beginning: there is no checkpoint yet\n');
    once(stderr, `rdm: restart 2 of 2, from ${checkpoint}\n`);
    const places = [0, 1, 2].map((attempt) => told(output, `rdm.${attempt}.1`));
    assert.deepEqual(
      places.map(({ options }) => options.resume),
      ['first.pth.tar', 'first.pth.tar', checkpoint],
    );
    assert.deepEqual(
      places.map(({ options }) => options.process?.prefix),
      ['rdm/0', 'rdm/1', 'rdm/2'],
    );
    assert.equal(new Set(places.map(({ options }) => options.process?.port)).size, 3);
  },
);

test('when the restarts are used up, the exit code is 1', deadline, async () => {
  const { code, stderr, output } = await play(
    ['--max-restarts', '1'], // also of a single process
    acts({ 'alone.0': 'kill' }),
  );
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^.* was killed by SIGKILL\nrdm: restart 1 of 1, .*\n.* was killed by SIGKILL\n$/,
  );
  assert.equal(told(output, 'alone.0').options.process, null);
});

/** Calls when the first process has made a step. */
function atStep(step: number, call: (child: ChildProcess) => void): OnStdout {
  let called = false;
  return (child, stdout) => {
    if (called || !stdout.includes(`"step ${step}"`)) return;
    called = true;
    call(child);
  };
}

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGUSR1', 138],
] as const) {
  test(`${signal} is passed on, and is no reason to start again`, deadline, async () => {
    const flags = ['--nproc-per-node', '2', '--max-restarts', '1'];
    const send = atStep(2, (child) => child.kill(signal));
    const { code, stderr, output } = await play(flags, endless, send);
    assert.equal(code, expected, stderr);
    once(stderr, 'rdm: stopping after this step; once more to leave at once\n');
    assert.ok(existsSync(join(output, 'checkpoint_0000-000002.pth.tar')));
    assert.deepEqual(attempts(output), ['0.0', '0.1']);
  });
}

test('a second signal ends all at once', deadline, async () => {
  const env = { ...endless, ...acts({ '0.0': 'hang', '0.1': 'hang' }) };
  const twice = atStep(2, async (child) => {
    await pause(300);
    child.kill('SIGINT');
    await pause(300);
    child.kill('SIGINT');
  });
  const { code, output } = await play(['--nproc-per-node', '2'], env, twice);
  assert.equal(code, 130);
  for (const rank of [0, 1]) assert.ok(gone(told(output, `rdm.0.${rank}`).pid));
});

test('when the starting process is killed, the others save and end', deadline, async () => {
  const kill = atStep(2, (child) => child.kill('SIGKILL'));
  const { signal, output } = await play(['--nproc-per-node', '2'], endless, kill);
  assert.equal(signal, 'SIGKILL');
  for (const rank of [0, 1]) {
    const { pid } = told(output, `rdm.0.${rank}`);
    while (!gone(pid)) await pause(20);
  }
  assert.ok(existsSync(join(output, 'checkpoint_0000-000002.pth.tar')));
});

function gone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

test('on a terminal rank 0 has the live line, and Ctrl-C saves once', deadline, async () => {
  const output = scratch();
  mkdirSync(output, { recursive: true });
  const args = ['pretrain', '--nproc-per-node', '2', '--output', output, 'images'];
  const terminal = [join(root, 'test/support/terminal.py'), '120', process.execPath, bin, ...args];
  const child = spawn('python3', terminal, { env: { ...process.env, ...addon, ...endless } });
  let shown = '';
  let typed = false;
  child.stdout.on('data', (chunk) => {
    shown += chunk;
    if (typed || !shown.includes('step 2')) return;
    typed = true;
    child.stdin.write('\u0003');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 130, shown);
  assert.match(shown, /starting/); // the live line, before there is a step
  once(stripVTControlCharacters(shown), 'rdm: stopping after this step; once more');
  assert.ok(existsSync(join(output, 'checkpoint_0000-000002.pth.tar')));
});

test('torchrun starts it as it starts anything else', deadline, async (context) => {
  const python = pythonWithTorch();
  if (!python) return context.skip('no Python with torch');
  const output = scratch();
  const line = [process.execPath, bin, 'pretrain', '--device', 'cpu', '--output', output, 'images'];
  const torchrun = ['-m', 'torch.distributed.run', '--no-python', '--nproc-per-node', '2'];
  const { code, stderr } = await run('python3', [...torchrun, ...line], {
    env: { ...python, ...addon },
  });
  assert.equal(code, 0, stderr);
  for (const rank of [0, 1]) {
    const name = readdirSync(output).find((file) => file.endsWith(`.0.${rank}.json`)) ?? '';
    const { process: place } = told(output, name.replace('.json', '')).options;
    const { worldSize, localRank, localWorldSize, serve } = place ?? assert.fail();
    // The store is torchrun's own.
    assert.deepEqual([worldSize, localRank, localWorldSize, serve], [2, rank, 2, false]);
  }
});

test('lincls and knn run in several processes too', deadline, async () => {
  for (const command of ['lincls', 'knn']) {
    const output = scratch();
    const args = [command, '--nproc-per-node', '2', '--output', output, 'images'];
    const { code, stderr } = await rdm(args, { env: addon });
    assert.equal(code, 0, stderr);
    assert.equal(told(output, 'rdm.0.1').options.process?.rank, 1);
  }
});
