// What rdm verify-resume says: which run it is at, then what it found.
import type { Event, ResumeCheck } from '../../index.js';
import { jsonOutput } from './json.js';
import type { Output } from './output.js';
import { print, say } from './print.js';

const phases = ['straight', 'to the stop', 'on from there'];

export function openVerifyOutput(json: boolean | undefined): Output<Event, ResumeCheck> {
  if (json) return jsonOutput();
  let runs = 0;
  return {
    event: (event) => {
      if (event.type === 'start') say(`training ${phases[runs++]}`);
      if (event.type === 'warning') say(`warning: ${event.message}`);
    },
    note: say,
    finish: (result) => {
      if (result.outcome === 'done') print(describe(result));
    },
    close: () => {},
  };
}

function describe({ steps, tensors, different }: ResumeCheck): string {
  const runs = `${steps} steps straight and with a stop in between`;
  const [first] = different;
  if (first === undefined) return `${runs}: all ${tensors} tensors are equal bit for bit`;
  return `${runs}: ${different.length} of ${tensors} tensors differ, the first is ${first}`;
}
