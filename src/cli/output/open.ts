// JSON on request, a live line on a terminal, the reference's lines otherwise.
import { jsonOutput } from './json.js';
import { linesOutput } from './lines.js';
import type { Output } from './output.js';

export async function openOutput(json: boolean | undefined): Promise<Output> {
  if (json) return jsonOutput();
  if (!onTerminal()) return linesOutput();
  const { spinnerOutput } = await import('./spinner.js'); // ora loads only where it is seen
  return spinnerOutput();
}

// Some pseudo-terminals say that they are 0 columns wide; no live line can be drawn there.
function onTerminal(): boolean {
  return process.stdout.isTTY && process.stderr.isTTY && process.stderr.columns > 0;
}
