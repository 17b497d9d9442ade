// How LibTorch's threads wait for each other between the pieces of a step.

/** Whoever sets one of these has chosen. */
const chosen = ['OMP_WAIT_POLICY', 'GOMP_SPINCOUNT', 'KMP_BLOCKTIME'] as const;

/**
 * Left alone, GCC's OpenMP spins for 300,000 rounds, some milliseconds, before a thread sleeps. On a machine with other
 * work, or of several such processes, a thread that waits so keeps the processor from the one that it waits for. 1,000
 * rounds are what it takes itself where it knows of too many threads, and about what it costs to wake one. LLVM's and
 * Intel's, which macOS and conda have, count milliseconds.
 */
const ours = { GOMP_SPINCOUNT: '1000', KMP_BLOCKTIME: '1' };

/** What the environment says of waiting, as `NAME=VALUE`, or undefined. */
export function waitingIn(env: NodeJS.ProcessEnv): string | undefined {
  const name = chosen.find((candidate) => env[candidate]);
  return name && `${name}=${env[name]}`;
}

/** Chooses where the environment does not; before the addon, as OpenMP reads its variables when it is loaded. */
export function chooseWaiting(env: NodeJS.ProcessEnv): void {
  if (!waitingIn(env)) Object.assign(env, ours);
}
