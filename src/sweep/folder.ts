// A sweep's folder: sweep.json says whose it is, and a lock keeps a second process out.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RdmError } from '../base/errors.js';
import { readSweepRecord, writeSweepRecord } from '../run/sweep-record.js';
import { holderOf, selfDescription } from '../runs/alive.js';
import type { SweepPlan } from '../types/sweep.js';

const lockFile = (folder: string) => join(folder, '.rdm-sweep-lock');

/** A sweep that is going on in its folder. */
export interface Claim {
  /** Started before, by this process or an earlier one. */
  begun: ReadonlySet<string>;
  begin(name: string): void;
  release(): void;
}

/** Throws `occupied` where the folder is another sweep's, or another process is at this one. */
export function claimSweep(folder: string, plan: SweepPlan): Claim {
  writing(folder, () => mkdirSync(folder, { recursive: true }));
  lock(folder);
  try {
    const before = readSweepRecord(folder);
    if (before) refuseOther(folder, before.identity, plan);
    const begun = new Set(before?.begun ?? []);
    const write = () => {
      const runs = plan.runs.map(({ name, values }) => ({ name, values }));
      writing(folder, () =>
        writeSweepRecord(folder, { identity: plan.identity, runs, begun: [...begun] }),
      );
    };
    write();
    return {
      begun,
      begin: (name) => {
        begun.add(name);
        write();
      },
      release: () => rmSync(lockFile(folder), { force: true }),
    };
  } catch (error) {
    rmSync(lockFile(folder), { force: true });
    throw error;
  }
}

/** Another seed of the draws, other flags: runs that are not to be compared with those that are there. */
function refuseOther(
  folder: string,
  before: Record<string, unknown>,
  { identity, file }: SweepPlan,
) {
  const other = Object.keys(identity).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(identity[key]),
  );
  if (other.length === 0) return;
  throw new RdmError(
    'occupied',
    `${folder} holds another sweep than ${file}: it differs in its ${other.join(' and its ')}`,
    'take another --output; values of an axis, and the number of drawn runs, may be added',
  );
}

function lock(folder: string): void {
  const path = lockFile(folder);
  const holder = holderOf(path); // our own: of an earlier process with our number
  if (holder && !holder.startsWith(selfDescription())) {
    throw new RdmError(
      'occupied',
      `another sweep goes on in ${folder}: ${holder}`,
      `wait for it to end, or take another --output; where that process is none of rdm's, remove ${path}`,
    );
  }
  writing(folder, () => {
    rmSync(path, { force: true });
    writeFileSync(path, `${selfDescription()}\n`, { flag: 'wx' });
  });
}

function writing(folder: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new RdmError(
      'bad_output',
      `cannot write to the folder of the sweep ${folder}: ${(cause as Error).message}`,
      'pass a folder that can be written: --output DIR',
      { cause },
    );
  }
}
