// The processes of a launch: this program once more in each, with torchrun's variables; and what they tell
// the process that started them.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { type ProcessOptions, RdmError } from '../../index.js';
import { type Launch, launched } from './plan.js';
import type { Environment } from './variables.js';

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** It ended because another was lost. */
  lostAnother: boolean;
}

export interface Child {
  rank: number;
  pid: number | undefined;
  ended: Promise<Ending>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * A process of a launch has a session of its own, so that what is typed at the terminal reaches it once, through this process;
 * and a channel, by which it notices that this process is gone. Rank 0 alone writes to stdout.
 */
function startChild(rank: number, args: string[], env: Environment): Child {
  const [, program = ''] = process.argv;
  const forked = fork(program, args, {
    detached: true,
    env: env as NodeJS.ProcessEnv,
    stdio: ['ignore', rank === 0 ? 'inherit' : 'ignore', 'inherit', 'ipc'],
  });
  const kill = (signal: NodeJS.Signals) => void forked.kill(signal);
  return { rank, pid: forked.pid, ended: endOf(forked), kill };
}

/** After the last message of the channel. */
function endOf(forked: ChildProcess): Promise<Ending> {
  let lost = false;
  forked.on('message', (message) => {
    lost ||= message === lostAnother;
  });
  return new Promise((resolve, reject) => {
    forked.on('error', reject);
    forked.on('close', (code, signal) => resolve({ code, signal, lostAnother: lost }));
  });
}

/** Starts the processes of one attempt. */
export async function startAll(asked: Launch, attempt: number, args: string[]): Promise<Child[]> {
  const { processes, place } = asked;
  const shared = { ...process.env, ...(await sharedVariables(asked, attempt)) };
  return Array.from({ length: processes }, (_, localRank) => {
    const rank = (place?.rank ?? 0) * processes + localRank;
    return startChild(rank, args, { ...shared, RANK: `${rank}`, LOCAL_RANK: `${localRank}` });
  });
}

async function sharedVariables(
  { processes, place }: Launch,
  attempt: number,
): Promise<Environment> {
  const threads = Math.max(Math.floor(availableParallelism() / processes), 1);
  // Another port for each attempt: what is left of the one before may still be at the old one.
  const port = place ? place.port + attempt : await freePort();
  return {
    [launched]: '1',
    WORLD_SIZE: `${(place?.worldSize ?? 1) * processes}`,
    LOCAL_WORLD_SIZE: `${processes}`,
    MASTER_ADDR: place?.host ?? '127.0.0.1',
    MASTER_PORT: `${port}`,
    TORCHELASTIC_RUN_ID: place?.run ?? 'rdm',
    TORCHELASTIC_RESTART_COUNT: `${(place?.attempt ?? 0) + attempt}`,
    OMP_NUM_THREADS: process.env.OMP_NUM_THREADS || `${threads}`,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** An error in one of several processes. */
export class RankError extends Error {
  readonly rank: number;
  readonly localRank: number;

  constructor({ rank, localRank = 0 }: ProcessOptions, cause: unknown) {
    super(`rank ${rank} failed`, { cause });
    this.rank = rank;
    this.localRank = localRank;
  }
}

/** Sent by a process that ends for another's sake, so that it is not taken for the one that failed. */
export const lostAnother = 'lost another';

export function tellParent({ cause }: RankError): void {
  const lost = cause instanceof RdmError && cause.code === 'lost_rank';
  if (lost && process.connected) process.send?.(lostAnother);
}
