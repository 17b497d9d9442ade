// --json: one event a line on stdout, the summary last.

import type { Output } from './output.js';
import { printJson, say } from './print.js';

export function jsonOutput(): Output<object, object> {
  return {
    event: (event) => printJson(event),
    note: say,
    finish: (summary) => printJson({ type: 'summary', ...summary }),
    close: () => {},
  };
}
