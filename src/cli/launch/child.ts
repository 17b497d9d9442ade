// One process of a launch: this program once more, with torchrun's variables.
import { type ChildProcess, fork } from 'node:child_process';
import { lostAnother } from './rank.js';
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
 * It has a session of its own, so that what is typed at the terminal reaches it once, through this process;
 * and a channel, by which it notices that this process is gone. Rank 0 alone writes to stdout.
 */
export function startChild(rank: number, args: string[], env: Environment): Child {
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
