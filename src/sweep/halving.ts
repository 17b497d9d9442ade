// Successive halving (Jamieson and Talwalkar 2016): the better half goes on, for twice as many epochs.
import { RdmError } from '../base/errors.js';
import { measures } from '../report/measures.js';
import type { Run } from '../report/runs.js';
import { epochsAt } from '../run/history.js';
import type { Halving, PlannedRun, SweepPlan } from '../types/sweep.js';

/** After so many epochs, so many runs go on. */
export interface Rung {
  epochs: number;
  keep: number;
}

/** Before the last, which trains to the end: 8 runs of 12 epochs of which 1 is kept look at 2, 3 and 6. */
export function rungsOf(runs: number, keep: number, epochs: number): Rung[] {
  const halvings = Math.max(Math.ceil(Math.log2(runs / keep)), 0);
  const rungs = Array.from({ length: halvings }, (_, rung) => ({
    epochs: Math.ceil(epochs / 2 ** (halvings - rung)),
    keep: Math.max(Math.ceil(runs / 2 ** (rung + 1)), keep),
  }));
  // Of few epochs two rungs come together: the later one decides.
  return rungs.filter(({ epochs: at }, rung) => rungs[rung + 1]?.epochs !== at && at < epochs);
}

/** Refuses what no run could be judged by. Throws `usage`. */
export function checkHalving({ keep, score }: Halving, { runs, file }: SweepPlan): void {
  if (keep >= runs.length) {
    throw new RdmError(
      'usage',
      `--keep-best ${keep} keeps all ${runs.length} runs of ${file}`,
      'keep fewer, or leave it out',
    );
  }
  if (new Set(runs.map(({ epochs }) => epochs)).size > 1) {
    throw new RdmError(
      'usage',
      '--keep-best compares runs after the same epochs, and --epochs is an axis',
      'give all runs the same number of epochs',
    );
  }
  const lacking = runs.find(({ measured }) => !measured.includes(score));
  if (lacking) {
    throw new RdmError(
      'usage',
      `--score ${score} is not measured in the run ${lacking.name}`,
      `it measures ${lacking.measured.join(', ')}; --knn-every, --score-every and --online-classifier measure more`,
    );
  }
}

/** The runs that go on, the best first; one without the score does not. Throws `bad_run` where none has it. */
export function survivors(
  candidates: { planned: PlannedRun; run: Run | undefined }[],
  { epochs, keep }: Rung,
  score: Halving['score'],
): PlannedRun[] {
  const measure = measures.find(({ name }) => name === score);
  const scored = candidates.flatMap(({ planned, run }) => {
    const value = run && measure?.of(upTo(run, epochs));
    return value === undefined ? [] : [{ planned, value }];
  });
  if (scored.length === 0) {
    throw new RdmError(
      'bad_run',
      `no run of the sweep has a ${score} after epoch ${epochs}`,
      'rdm runs FOLDER has what was measured: --score takes any of it',
    );
  }
  const sign = measure?.better === 'less' ? 1 : -1;
  const sorted = scored.toSorted((a, b) => sign * (a.value - b.value));
  return sorted.slice(0, keep).map(({ planned }) => planned);
}

const upTo = (run: Run, epochs: number): Run => ({
  ...run,
  entries: run.entries.filter((entry) => epochsAt(entry, run.start) <= epochs),
});
