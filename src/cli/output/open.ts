// Nothing but in the first of several processes; there JSON on request, a live line on a terminal, the reference's lines otherwise.
import type { Event, ProcessOptions, Summary } from '../../index.js';
import { jsonOutput } from './json.js';
import { linesOutput } from './lines.js';
import type { Output } from './output.js';
import { silentOutput } from './silent.js';
import { onTerminal } from './terminal.js';

export async function openOutput(
  json: boolean | undefined,
  place: ProcessOptions | undefined,
): Promise<Output<Event, Summary>> {
  if (place && place.rank > 0) return silentOutput();
  if (json) return jsonOutput();
  if (!onTerminal()) return linesOutput();
  const { spinnerOutput } = await import('./spinner.js'); // ora loads only where it is seen
  return spinnerOutput();
}
