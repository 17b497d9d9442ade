// A GPU that `--device auto` passes over, since LibTorch cannot use it, is told before the run.
import { environment } from '../native/addon.js';
import type { Device } from '../types/choices.js';
import type { WarningEvent } from '../types/events.js';

/** Nothing where the run was told where to compute. */
export function unusedGpu({ device, gpu }: { device: Device; gpu: number | null }): WarningEvent[] {
  const { missing } = device === 'auto' && gpu === null ? environment().cuda : { missing: null };
  if (!missing?.unused) return [];
  const { reason, advice } = missing;
  return [
    {
      type: 'warning',
      code: 'gpu_unused',
      message: `a GPU is there, and this run is on the CPU: ${reason}; ${advice}, or say --device cpu`,
    },
  ];
}
