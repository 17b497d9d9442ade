// An error in one of several processes, and how the process that started it learns of the kind that matters.
import { type ProcessOptions, RdmError } from '../../index.js';

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
