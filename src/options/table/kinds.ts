// What the value of an option can be, as data: its check, its parser and its part of the recipes' schema
// are made of this.

/** `value` is there for the compiler alone: the type of a checked value. */
export type Kind<Value = unknown> = Shape & { readonly value?: Value };

export interface Bounds {
  least?: number;
  most?: number;
  /** The value is larger than this. */
  above?: number;
}

type Shape =
  | { kind: 'whole'; least: number }
  | ({ kind: 'number' } & Bounds)
  | { kind: 'choice'; noun: string; choices: readonly (string | number)[] }
  | { kind: 'switch' }
  | { kind: 'text' }
  | { kind: 'path' }
  | { kind: 'time' }
  | { kind: 'steps or time' }
  | { kind: 'list'; of: Kind; noun: string }
  | { kind: 'repeated'; of: Kind; noun: string }
  | { kind: 'tuple'; of: readonly Kind[]; names?: readonly string[] }
  | { kind: 'each view'; of: Kind };

/** A whole number of at least so much. */
export const whole = (least: number): Kind<number> => ({ kind: 'whole', least });

export const number = (bounds: Bounds = {}): Kind<number> => ({ kind: 'number', ...bounds });

export const probability = number({ least: 0, most: 1 });

/** One of a few; `noun` is what a message calls it. */
export const choice = <const Choice extends string | number>(
  noun: string,
  choices: readonly Choice[],
): Kind<Choice> => ({ kind: 'choice', noun, choices });

/** On or off: a flag without a value. */
export const toggle: Kind<boolean> = { kind: 'switch' };

export const text: Kind<string> = { kind: 'text' };

/** A path that is the same from any working folder. */
export const path: Kind<string> = { kind: 'path' };

/** On the command line a time such as 3h50m; a number of seconds. */
export const time: Kind<number> = { kind: 'time' };

/** A number of steps, or a time such as 20m. */
export const stepsOrTime: Kind<number | string> = { kind: 'steps or time' };

/** Any number of values, with commas between them; `noun` is what a message calls them. */
export const list = <Value>(noun: string, of: Kind<Value>): Kind<Value[]> => ({
  kind: 'list',
  of,
  noun,
});

/** Any number of values, each with a flag of its own; `noun` is what a message calls them. */
export const repeated = <Value>(noun: string, of: Kind<Value>): Kind<Value[]> => ({
  kind: 'repeated',
  of,
  noun,
});

export const pair = (of: Kind<number>): Kind<[number, number]> => ({ kind: 'tuple', of: [of, of] });

/** Three numbers, one a channel. */
export const channels = (of: Kind<number>): Kind<[number, number, number]> => ({
  kind: 'tuple',
  of: [of, of, of],
  names: ['red', 'green', 'blue'],
});

/** Four numbers, each with its name. */
export const four = (of: Record<string, Kind<number>>): Kind<[number, number, number, number]> => ({
  kind: 'tuple',
  of: Object.values(of),
  names: Object.keys(of),
});

/** One value for all views, one for each large crop, or these and one for the small crops. */
export const eachView = (of: Kind<number>): Kind<[number, number] | [number, number, number]> => ({
  kind: 'each view',
  of,
});

/** What a value is chosen from, where it is. */
export function choicesOf(kind: Kind): readonly (string | number)[] | undefined {
  if (kind.kind === 'choice') return kind.choices;
  return kind.kind === 'list' ? choicesOf(kind.of) : undefined;
}
