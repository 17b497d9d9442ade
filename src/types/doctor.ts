// What rdm doctor finds out about an installation and its machine.
import type { Environment } from './results.js';

export interface DoctorOptions {
  /** Where runs will write; the working folder where left out. */
  output?: string | undefined;
}

/** What one check found; `values` are the numbers and names that it is about. */
export interface Check {
  name: CheckName;
  /** `note`: worth knowing; `problem`: a run fails, or takes far longer than it has to. */
  level: 'ok' | 'note' | 'problem';
  values: Record<string, string | number | boolean>;
}

export type CheckName =
  | 'addon'
  | 'addon_missing'
  | 'addon_broken'
  | 'addon_crashed'
  | 'addon_stale'
  | 'libtorch'
  | 'gpu'
  | 'gpu_missing'
  | 'gpu_unused'
  | 'nccl_missing'
  | 'cpu'
  | 'threads'
  | 'threads_many'
  | 'threads_few'
  | 'waiting'
  | 'waiting_spins'
  | 'busy'
  | 'codecs'
  | 'codecs_missing'
  | 'jpeg_slow'
  | 'backends'
  | 'memory'
  | 'memory_low'
  | 'shared_memory'
  | 'shared_memory_low'
  | 'disk'
  | 'disk_low'
  | 'output_unwritable';

export interface Diagnosis {
  checks: Check[];
  /** As the addon told it in a process of its own; null where it could not. */
  environment: Environment | null;
}

/** What rdm setup did. */
export interface SetupSummary {
  /** `present`: one that fits was there already. */
  outcome: 'done' | 'present';
  /** The folder of LibTorch's lib/. */
  path: string;
  version: string;
}
