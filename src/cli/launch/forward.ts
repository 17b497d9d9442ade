// The signals that the starting process gets, passed on to the processes that it started.

import type { Child } from './child.js';
import { stopping } from './signals.js';

export interface Forwarding {
  /** The first that asked to stop. */
  received: NodeJS.Signals | undefined;
  /** Whether another followed, upon which all were killed. */
  impatient: boolean;
  release(): void;
}

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
