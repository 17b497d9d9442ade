// Of several processes the first alone has something to show.
import type { Output } from './output.js';

export function silentOutput(): Output<unknown, unknown> {
  return { event: () => {}, note: () => {}, finish: () => {}, close: () => {} };
}
