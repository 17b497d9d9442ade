// Text that others wrote (a file, a file's name, a server), fit for a terminal.

/** Control characters but the tab, and those that turn the direction of what follows. */
const steering = /[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069]/gu;

/** One line: what would steer a terminal, or end the line, becomes a question mark. */
export const printable = (text: string): string => text.replaceAll(steering, '?');

/** A value as JSON in one line, from which it comes back as it was. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    steering,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
