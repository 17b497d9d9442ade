// --json: one event a line on stdout, the summary last.
import { say } from './messages.js';
import type { Output } from './output.js';

export function jsonOutput(): Output<object, object> {
  return {
    event: (event) => console.log(JSON.stringify(event)),
    note: say,
    finish: (summary) => console.log(JSON.stringify({ type: 'summary', ...summary })),
    close: () => {},
  };
}
