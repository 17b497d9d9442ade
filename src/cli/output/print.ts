// The two ways out. stdout is the product, stderr the conversation; nothing is printed but by these, so that
// no text of others steers the terminal.
import { inspect } from 'node:util';

/** A line on stdout, or several. */
export function print(lines: string | string[]): void {
  if (!lost) console.log([lines].flat().map(printable).join('\n'));
}

export function printJson(value: unknown): void {
  if (!lost) console.log(printableJson(value));
}

/** What happened, and what to do about it. */
export type Remark = [text: string, hint?: string];

/** On stderr: what happened and, below it, what to do. */
export function say(text: string, ...hints: (string | undefined)[]): void {
  const lines = [text, ...hints].filter((line): line is string => !!line);
  console.error(`rdm: ${lines.map(printable).join('\n     ')}`);
}

/** On a terminal that is stderr: lines in place of as many that were drawn before them. */
export function redraw(before: number, lines: string[]): void {
  const back = before > 0 ? `\u001b[${before}A\u001b[J` : ''; // up, and nothing below it any more
  process.stderr.write(back + lines.map((line) => `${printable(line)}\n`).join(''));
}

export function sayStack(error: unknown): void {
  console.error(inspect(error).split('\n').map(printable).join('\n'));
}

let lost = false;
let needed = true;

/** From here on a stdout that cannot be written, as a pipe without a reader, ends nothing. */
export function outliveStdout(): void {
  needed = false;
}

/** A stream that cannot be written (a full disk, a closed pipe) tells so in an event, which would throw. */
export function watchStreams(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (lost) return;
    lost = true;
    if (needed && code === 'EPIPE') process.exit(1); // `rdm … | head`: nobody reads on
    say(`cannot write to stdout: ${message}`, 'free some space there, or redirect it elsewhere');
    if (needed) process.exit(1);
  });
}

/** As native/base/printable.cpp, but for the tab: control characters, separators of lines, and marks of direction. */
const steering = /[^\P{Cc}\t]|[\u2028\u2029\p{Bidi_Control}]/gu;

/** One line: what would steer a terminal, or end the line, becomes a question mark. */
export const printable = (text: string): string => text.replaceAll(steering, '?');

/** A value as JSON in one line, from which it comes back as it was. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    steering,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
