// The examples for clusters: the shell scripts are sound, the job has the operator's fields, and the lines that
// they run have flags that exist and place each process where it should be.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import * as z from 'zod';
import type { ProcessFlags } from '../../dist/cli/flags/flags.js';
import { plan } from '../../dist/cli/launch/plan.js';
import { commandAt } from '../support/commands.js';
import { scratch } from '../support/folders.js';
import { root } from '../support/rdm.js';

const scripts = ['slurm.sh', 'slurm-nodes.sh', 'imagenet.sh', 'torchrun.sh'];

for (const script of scripts) {
  test(`shellcheck has nothing to say of ${script}`, (context) => {
    if (spawnSync('shellcheck', ['--version']).error) return context.skip('no shellcheck');
    const { status, stdout } = spawnSync('shellcheck', [join(root, 'examples', script)]);
    assert.equal(status, 0, String(stdout));
  });
}

/** A folder whose commands write down what they are called with, into LINE, and exit with CODE. */
function stubs(...names: string[]): string {
  const folder = join(scratch(), 'bin');
  mkdirSync(folder);
  for (const name of names) {
    const script = `#!/bin/sh\nprintf '%s\\n' ${name} "$@" >> "$LINE"\nexit "\${CODE:-0}"\n`;
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

interface Ran {
  status: number | null;
  words: string[];
}

function sh(command: string, args: string[], cwd: string, env: Record<string, string>): Ran {
  const LINE = join(scratch(), 'line');
  writeFileSync(LINE, '');
  const PATH = `${stubs('torchrun', 'srun', 'scontrol', 'rdm')}:${process.env.PATH}`;
  const { status, stderr } = spawnSync(command, args, { cwd, env: { ...env, PATH, LINE } });
  assert.equal(String(stderr), '');
  return { status, words: readFileSync(LINE, 'utf8').split('\n').slice(0, -1) };
}

/** The flags of `rdm pretrain …` in a line; commander refuses those that do not exist. */
function flagsIn(words: string[]): ProcessFlags & { resume?: string; batchSize: number } {
  const found = commandAt('pretrain').action(() => {});
  found.parse(words.slice(words.indexOf('pretrain') + 1), { from: 'user' });
  return found.opts();
}

/** An older checkpoint and a newer one, which is the first by name. */
function checkpoints(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const [newer, older] = ['checkpoint_0001.pth.tar', 'checkpoint_0002.pth.tar'];
  for (const name of [newer, older]) writeFileSync(join(folder, name), '');
  utimesSync(join(folder, older), 1, 1);
  return newer;
}

test('torchrun.sh starts a process a GPU on two hosts', () => {
  const args = ['node0', '1', '-b', '64', '/data'];
  const { words } = sh(join(root, 'examples/torchrun.sh'), args, scratch(), { GPUS: '2' });
  const expected = [
    ...['torchrun', '--nnodes', '2', '--node-rank', '1', '--nproc-per-node', '2'],
    ...['--master-addr', 'node0', '--master-port', '29500', '--no-python'],
    ...['node_modules/.bin/rdm', 'pretrain', '-b', '64', '/data'],
  ];
  assert.deepEqual(words, expected);
});

test('slurm-nodes.sh starts a task a GPU, goes on from the newest checkpoint, and queues itself', () => {
  const cwd = scratch();
  const env = { SLURM_JOB_ID: '7', SLURM_CPUS_PER_TASK: '12' };
  const script = join(root, 'examples/slurm-nodes.sh');
  const first = sh(script, ['/data'], cwd, env);
  assert.equal(first.status, 0);
  assert.equal(flagsIn(first.words).resume, 'auto');
  const { words } = sh(script, ['/data'], cwd, { ...env, CODE: '138' });
  assert.deepEqual(words.slice(-3), ['scontrol', 'requeue', '7']);
  const line = words.slice(0, -3);
  assert.equal(flagsIn(line).resume, 'auto');
  const headers = readFileSync(script, 'utf8').split('\n');
  assert.ok(headers.includes('#SBATCH --ntasks-per-node=4'));
  assert.ok(headers.includes('#SBATCH --gpus-per-node=4'));
  const tasks = { SLURM_JOB_ID: '7', SLURM_STEP_ID: '0', SLURM_STEP_NODELIST: 'gpu[1-2]' };
  const place = { SLURM_NTASKS: '8', SLURM_PROCID: '5', SLURM_NODEID: '1', SLURM_LOCALID: '1' };
  const planned = plan(flagsIn(line), { ...tasks, ...place, SLURM_TASKS_PER_NODE: '4(x2)' });
  assert.ok('process' in planned);
  assert.deepEqual([planned.process?.rank, planned.process?.localWorldSize], [5, 4]);
  assert.equal(flagsIn(line).batchSize % 4, 0);
});

/** What kubeflow.org/v1 asks of a replica that is used here. */
const replica = z.strictObject({
  replicas: z.int().min(1),
  restartPolicy: z.enum(['Always', 'OnFailure', 'Never', 'ExitCode']),
  template: z.strictObject({
    spec: z.strictObject({
      terminationGracePeriodSeconds: z.int(),
      containers: z.tuple([
        z.strictObject({
          name: z.literal('pytorch'),
          image: z.string(),
          command: z.array(z.string()),
          args: z.tuple([z.string()]),
          resources: z.strictObject({ limits: z.strictObject({ 'nvidia.com/gpu': z.int() }) }),
          volumeMounts: z.array(
            z.strictObject({
              name: z.string(),
              mountPath: z.string(),
              readOnly: z.boolean().optional(),
            }),
          ),
        }),
      ]),
      volumes: z.array(
        z.union([
          z.strictObject({
            name: z.string(),
            persistentVolumeClaim: z.strictObject({ claimName: z.string() }),
          }),
          z.strictObject({
            name: z.string(),
            emptyDir: z.strictObject({ medium: z.literal('Memory'), sizeLimit: z.string() }),
          }),
        ]),
      ),
    }),
  }),
});

const job = z.strictObject({
  apiVersion: z.literal('kubeflow.org/v1'),
  kind: z.literal('PyTorchJob'),
  metadata: z.strictObject({ name: z.string().regex(/^[a-z0-9-]+$/) }),
  spec: z.strictObject({
    runPolicy: z.strictObject({ backoffLimit: z.int() }),
    pytorchReplicaSpecs: z.strictObject({ Master: replica, Worker: replica }),
  }),
});

test("pytorchjob.yaml has the operator's fields, and its pods start a process a GPU", () => {
  const text = readFileSync(join(root, 'examples/pytorchjob.yaml'), 'utf8');
  const { Master, Worker } = job.parse(parse(text)).spec.pytorchReplicaSpecs;
  assert.equal(Master.replicas, 1);
  assert.deepEqual(Master.template, Worker.template);
  const { containers, volumes } = Worker.template.spec;
  const [{ command, args, resources, volumeMounts }] = containers;
  assert.deepEqual(
    volumeMounts.map(({ name }) => name).sort(),
    volumes.map(({ name }) => name).sort(),
  );

  const runs = scratch();
  const script = args[0].replaceAll('/runs/rdm', runs);
  const pod = { RANK: '1', WORLD_SIZE: '2', MASTER_ADDR: 'rdm-master-0', MASTER_PORT: '23456' };
  const [shell = '', ...flags] = command;
  assert.equal(flagsIn(sh(shell, [...flags, script], runs, pod).words).resume, undefined);
  const newest = checkpoints(runs);
  const found = flagsIn(sh(shell, [...flags, script], runs, pod).words);
  assert.equal(found.resume, join(runs, newest));
  const gpus = resources.limits['nvidia.com/gpu'];
  // As on a pod with so many devices, which this machine lacks.
  const { multiprocessingDistributed, ...rest } = found;
  assert.equal(multiprocessingDistributed, true);
  const planned = plan({ ...rest, device: 'cpu', nprocPerNode: gpus }, pod);
  assert.ok('launch' in planned);
  const { processes, place } = planned.launch;
  assert.deepEqual(
    [processes, place?.rank, place?.worldSize, place?.host],
    [8, 1, 2, 'rdm-master-0'],
  );
  assert.equal(found.batchSize % gpus, 0);
});
