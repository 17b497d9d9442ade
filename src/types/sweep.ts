// A sweep: runs of one recipe that differ in some flags, and how each of them stands.
import type { MeasureName } from './choices.js';
import type { RunRow } from './report.js';

/** A run of a sweep before it is made. */
export interface PlannedRun {
  /** Its folder in the sweep's: `sigma=-1,learning-rate=0.1`. */
  name: string;
  /** Of each axis, by its flag's long name. */
  values: Record<string, unknown>;
  /** Its flags, as the command line takes them. */
  args: string[];
  epochs: number;
  /** What it measures beside loss and ranks. */
  measured: MeasureName[];
}

/** What is to be trained, checked. */
export interface SweepPlan {
  /** The file, as messages call it. */
  file: string;
  data: string[];
  axes: string[];
  /** What makes it this sweep and not another, however many runs it has. */
  identity: Record<string, unknown>;
  runs: PlannedRun[];
}

/** `dropped`: others were better where halving looked; `collapsed`: its verdict ended it. */
export type SweepState =
  | 'waiting'
  | 'running'
  | 'done'
  | 'collapsed'
  | 'dropped'
  | 'stopped'
  | 'failed';

export interface SweepRow {
  name: string;
  values: Record<string, unknown>;
  state: SweepState;
  /** Why it failed. */
  reason?: string;
  /** What its files say; null where it has not begun. */
  run: RunRow | null;
}

export interface SweepSummary {
  outcome: 'done' | 'stopped';
  rows: SweepRow[];
}

/** Successive halving: half of the runs go on, and train twice as long, until `keep` are left. */
export interface Halving {
  keep: number;
  score: MeasureName;
}
