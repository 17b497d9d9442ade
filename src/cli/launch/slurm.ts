// The variables that srun gives each task of a job step. Source: "output environment variables" of srun(1).
import { RdmError } from '../../index.js';
import { checkRank, count, type Environment, type Place, portOf } from './variables.js';

/** Undefined outside a job step: a batch script is no task, though it has a SLURM_PROCID. */
export function slurmPlace(env: Environment): Place | undefined {
  const step = 'SLURM_STEP_ID';
  if (!env[step]) return undefined;
  // Of the step, which may be smaller than the job.
  const size = env.SLURM_STEP_NUM_TASKS ? 'SLURM_STEP_NUM_TASKS' : 'SLURM_NTASKS';
  const rank = count(env, 'SLURM_PROCID', step);
  const worldSize = count(env, size, step);
  const localRank = count(env, 'SLURM_LOCALID', step);
  checkRank(env, 'SLURM_PROCID', size);
  const localWorldSize = tasksHere(env);
  if (localRank >= localWorldSize) {
    const tasks = `${localWorldSize} tasks on this node`;
    throw new RdmError('usage', `SLURM_LOCALID=${localRank} contradicts ${tasks}`);
  }
  return {
    ...{ rank, worldSize, localRank, localWorldSize },
    host: env.MASTER_ADDR || firstNode(env),
    port: env.MASTER_PORT ? portOf(env.MASTER_PORT, 'MASTER_PORT') : derivedPort(env),
    serve: rank === 0,
    run: `${env.SLURM_JOB_ID}.${env[step]}`,
    attempt: Number(env.SLURM_RESTART_COUNT) || 0,
  };
}

function tasksHere(env: Environment): number {
  const list = env.SLURM_STEP_TASKS_PER_NODE || env.SLURM_TASKS_PER_NODE;
  if (!list) return count(env, 'SLURM_NTASKS_PER_NODE', 'SLURM_STEP_ID');
  const node = count(env, 'SLURM_NODEID', 'SLURM_STEP_ID');
  const tasks = tasksPerNode(list)[node];
  if (tasks !== undefined) return tasks;
  throw new RdmError('usage', `SLURM_NODEID=${node} has no tasks in SLURM_TASKS_PER_NODE=${list}`);
}

/** '2(x3),1' → [2, 2, 2, 1] */
export function tasksPerNode(list: string): number[] {
  return list.split(',').flatMap((item) => {
    const [, tasks, nodes] = /^(\d+)(?:\(x(\d+)\))?$/.exec(item) ?? [];
    if (tasks) return Array<number>(Number(nodes ?? 1)).fill(Number(tasks));
    throw new RdmError('usage', `SLURM_TASKS_PER_NODE has '${item}', not as in 2(x3),1`);
  });
}

/** The node of task 0; srun's own address stands in for it, which is another where it ran on a login node. */
function firstNode(env: Environment): string {
  const list = env.SLURM_STEP_NODELIST;
  if (list) return firstOf(list);
  if (env.SLURM_LAUNCH_NODE_IPADDR) return env.SLURM_LAUNCH_NODE_IPADDR;
  throw new RdmError(
    'usage',
    'SLURM_STEP_NODELIST is not set, where SLURM_STEP_ID is',
    'say where the processes meet: --dist-url tcp://HOST:PORT',
  );
}

/** 'gpu[007-009,12],login1' → 'gpu007' */
export function firstOf(list: string): string {
  const first = /^(?:[^,[]|\[[^\]]*\])+/.exec(list)?.[0] ?? list;
  return first.replace(/\[([^\],-]+)[^\]]*\]/g, '$1');
}

/** The same in each task, another in other jobs and steps; below the ports that Linux hands out. */
function derivedPort(env: Environment): number {
  const job = count(env, 'SLURM_JOB_ID', 'SLURM_STEP_ID');
  return 20_000 + ((job * 16 + (Number(env.SLURM_STEP_ID) % 16)) % 12_000);
}
