// Turns the text of a flag into its value; what the value may be is the library's to say.
import { InvalidArgumentError } from 'commander';
import { seconds } from '../../index.js';

export function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) {
    throw new InvalidArgumentError('It must be a number.');
  }
  return value;
}

/** '3h50m' → 13800 seconds */
export function duration(text: string): number {
  try {
    return seconds('it', text);
  } catch {
    throw new InvalidArgumentError('It must be a time such as 20m or 3h50m.');
  }
}

/** A parser of any number of values: '60,80' → [60, 80] */
export function list<Value>(parse: (text: string) => Value): (text: string) => Value[] {
  return (text) => text.split(',').map((item) => parse(item));
}

/** A parser of so many numbers: '0.2,1' → [0.2, 1] */
export function numbers(count: number): (text: string) => number[] {
  return (text) => {
    const values = list(number)(text);
    if (values.length === count) return values;
    throw new InvalidArgumentError(`It must be ${count} numbers with commas between them.`);
  };
}

/** One number for both views, or one each: '0.5' → [0.5, 0.5] */
export function eachView(text: string): number[] {
  return numbers(2)(text.includes(',') ? text : `${text},${text}`);
}
