// A table on a terminal that changes in place, every second; nothing where there is no terminal.
import { redraw, say } from './print.js';
import { drawable } from './progress.js';

export interface LiveTable {
  /** Says something above the table. */
  note(text: string, hint?: string): void;
  close(): void;
}

const tick = 1000; // ms

/** Of as many of the lines as fit. */
export function openLiveTable(lines: () => string[]): LiveTable {
  if (!drawable()) return { note: say, close: () => {} };
  const { stderr } = process;
  let drawn = 0;
  const clear = () => {
    redraw(drawn, []);
    drawn = 0;
  };
  const draw = () => {
    const shown = fitted(lines(), stderr.rows - 1, stderr.columns - 1);
    redraw(drawn, shown);
    drawn = shown.length;
  };
  draw();
  const timer = setInterval(draw, tick);
  return {
    note: (text, hint) => {
      clear();
      say(text, hint);
      draw();
    },
    close: () => {
      clearInterval(timer);
      clear();
    },
  };
}

export function fitted(lines: string[], rows: number, columns: number): string[] {
  const cut = lines.map((line) => line.slice(0, Math.max(columns, 0)));
  if (cut.length <= rows) return cut;
  const room = Math.max(rows - 1, 0);
  return [...cut.slice(0, room), `… and ${cut.length - room} more`];
}
