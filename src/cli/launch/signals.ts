// What ends a run early: Ctrl-C, SIGTERM and SIGUSR1 (Slurm's warning), of which the first asks the run to
// save and stop and the second ends the process at once; the time limit; and, where another process started
// this one, that it is gone.
import { constants } from 'node:os';
import type { Child } from './children.js';

/** The signals upon which a run saves and stops. */
export const stopping = ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const;

/** 128 + the signal's number: 130 for SIGINT, 143 for SIGTERM, 138 for SIGUSR1. */
export const exitCodeOf = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** The exit code of a run that --on-collapse stop ended. */
export const exitCollapsed = 3;
const timeIsUp = 124; // as of timeout(1)

export interface Signals {
  aborted: AbortSignal;
  /** 128 + the signal's number: 130 for SIGINT, 143 for SIGTERM; undefined where none came. */
  exitCode(): number | undefined;
  release(): void;
}

/** Catches the first signal, and the limit: seconds from the start of the process. */
export function catchSignals(onFirst: (reason: string) => void, limit?: number): Signals {
  const controller = new AbortController();
  let code: number | undefined;
  const handle = (signal: NodeJS.Signals) => {
    code = exitCodeOf(signal);
    release(); // so that a second signal does what it does by default
    onFirst('once more to leave at once');
    controller.abort();
  };
  const orphaned = () => handle('SIGTERM');
  const expire = () => {
    code = timeIsUp;
    onFirst('the time limit is reached');
    controller.abort();
  };
  const giveUp = limit === undefined ? () => {} : after(limit - process.uptime(), expire);
  const release = () => {
    giveUp();
    for (const signal of stopping) process.removeListener(signal, handle);
    process.removeListener('disconnect', orphaned);
  };
  for (const signal of stopping) process.on(signal, handle);
  process.on('disconnect', orphaned);
  if (process.connected === false) orphaned();
  return { aborted: controller.signal, exitCode: () => code, release };
}

const longest = 86_400; // seconds; a timer of more than 24 days fires at once

/** Calls `then` after so many seconds; the answer ends the wait. */
function after(seconds: number, then: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (left: number) => {
    const part = Math.min(left, longest);
    timer = setTimeout(() => (left > part ? wait(left - part) : then()), part * 1000);
  };
  wait(seconds);
  return () => clearTimeout(timer);
}

export interface Forwarding {
  /** The first that asked to stop. */
  received: NodeJS.Signals | undefined;
  /** Whether another followed, upon which all were killed. */
  impatient: boolean;
  release(): void;
}

/** Passes the signals that this process gets on to the processes that it started: the second one kills. */
export function forwardSignals(children: () => Child[]): Forwarding {
  const all = (signal: NodeJS.Signals) => {
    for (const child of children()) child.kill(signal);
  };
  const stop = (signal: NodeJS.Signals) => {
    forwarding.impatient = forwarding.received !== undefined;
    forwarding.received ??= signal;
    all(forwarding.impatient ? 'SIGKILL' : signal);
  };
  const release = () => {
    for (const signal of stopping) process.off(signal, stop);
    process.off('SIGWINCH', all);
  };
  const forwarding: Forwarding = { received: undefined, impatient: false, release };
  for (const signal of stopping) process.on(signal, stop);
  process.on('SIGWINCH', all); // the live line is rank 0's, and the terminal is this process's
  return forwarding;
}
