// Ctrl-C and SIGTERM: the first asks the run to save and stop, the second ends the process at once.
import { constants } from 'node:os';

const handled = ['SIGINT', 'SIGTERM'] as const;

export interface Signals {
  aborted: AbortSignal;
  /** 128 + the signal's number: 130 for SIGINT, 143 for SIGTERM. */
  exitCode(): number;
  release(): void;
}

export function catchSignals(onFirst: () => void): Signals {
  const controller = new AbortController();
  let received: NodeJS.Signals = 'SIGINT';
  const handle = (signal: NodeJS.Signals) => {
    received = signal;
    release(); // so that a second signal does what it does by default
    onFirst();
    controller.abort();
  };
  const release = () => {
    for (const signal of handled) process.removeListener(signal, handle);
  };
  for (const signal of handled) process.on(signal, handle);
  return {
    aborted: controller.signal,
    exitCode: () => 128 + constants.signals[received],
    release,
  };
}
