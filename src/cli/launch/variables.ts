// Where the variables of torchrun, or of a step of srun, place this process among those of a run.
import { RdmError } from '../../index.js';

export type Environment = Record<string, string | undefined>;

/** One of several processes, and where they meet. */
export interface Place {
  rank: number;
  worldSize: number;
  localRank: number;
  localWorldSize: number;
  host: string;
  port: number;
  /** Whether this process holds the store there. */
  serve: boolean;
  /** The run among those that may share the store, and the attempt at it. */
  run: string;
  attempt: number;
}

/** The prefix of the store's keys: each attempt has its own, so that a restart meets nothing of the one before. */
export const prefixOf = ({ run, attempt }: Place): string => `${run}/${attempt}`;

/** torchrun's variables (torch.distributed.elastic); the four of torch's env:// suffice. */
export function torchrunPlace(env: Environment): Place | undefined {
  const given = env.RANK ? 'RANK' : 'WORLD_SIZE';
  if (!env[given]) return undefined;
  const rank = count(env, 'RANK', given);
  const worldSize = count(env, 'WORLD_SIZE', given);
  checkRank(env, 'RANK', 'WORLD_SIZE');
  return {
    ...{ rank, worldSize },
    ...local(env),
    host: text(env, 'MASTER_ADDR', given),
    port: portOf(text(env, 'MASTER_PORT', given), 'MASTER_PORT'),
    serve: rank === 0 && env.TORCHELASTIC_USE_AGENT_STORE !== 'True', // Python's str(True)
    run: env.TORCHELASTIC_RUN_ID || 'rdm',
    attempt: Number(env.TORCHELASTIC_RESTART_COUNT) || 0,
  };
}

/** Without LOCAL_* variables a process is the only one on its machine. */
function local(env: Environment) {
  if (!env.LOCAL_RANK && !env.LOCAL_WORLD_SIZE) return { localRank: 0, localWorldSize: 1 };
  const localRank = count(env, 'LOCAL_RANK', 'LOCAL_WORLD_SIZE');
  const localWorldSize = count(env, 'LOCAL_WORLD_SIZE', 'LOCAL_RANK');
  checkRank(env, 'LOCAL_RANK', 'LOCAL_WORLD_SIZE');
  if (localWorldSize > Number(env.WORLD_SIZE)) contradict(env, 'LOCAL_WORLD_SIZE', 'WORLD_SIZE');
  return { localRank, localWorldSize };
}

/**
 * The variables that srun gives each task of a job step; undefined outside one: a batch script is no task, though
 * it has a SLURM_PROCID. Source: "output environment variables" of srun(1).
 */
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

/** The node of task 0, else srun's own address, which differs where srun ran on a login node. */
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

/** A port that all tasks of a step compute alike and other jobs do not; below those that Linux hands out. */
function derivedPort(env: Environment): number {
  const job = count(env, 'SLURM_JOB_ID', 'SLURM_STEP_ID');
  return 20_000 + ((job * 16 + (Number(env.SLURM_STEP_ID) % 16)) % 12_000);
}

function text(env: Environment, name: string, others: string): string {
  const value = env[name];
  if (value) return value;
  throw new RdmError(
    'usage',
    `${name} is not set, where ${others} is`,
    'set all variables of torchrun or srun, or none of them',
  );
}

function count(env: Environment, name: string, others: string): number {
  const value = text(env, name, others);
  if (/^\d+$/.test(value)) return Number(value);
  throw new RdmError('usage', `the variable ${name} must be a whole number, not '${value}'`);
}

/** `rank` counts from 0 and stays below `size`. */
function checkRank(env: Environment, rank: string, size: string): void {
  if (Number(env[rank]) >= Number(env[size])) contradict(env, rank, size);
}

function contradict(env: Environment, name: string, other: string): never {
  throw new RdmError(
    'usage',
    `${name}=${env[name]} contradicts ${other}=${env[other]}`,
    'ranks count from 0; unset what another program left there',
  );
}

export function portOf(value: string, where: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1 && port <= 65_535) return port;
  throw new RdmError('usage', `${where} has no port from 1 to 65535: '${value}'`);
}
