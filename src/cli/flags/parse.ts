// Turns the text of a flag into its value, by its kind; what the value may be is the library's to say.
import { InvalidArgumentError } from 'commander';
import { type Kind, seconds } from '../../index.js';

/** `before`: of a flag that may come again, what its earlier ones made. */
type Parser = (text: string, before?: unknown) => unknown;

/** None where the text is the value. */
export function parserOf(kind: Kind): Parser | undefined {
  switch (kind.kind) {
    case 'whole':
      return integer;
    case 'number':
      return number;
    case 'choice':
      return typeof kind.choices[0] === 'number' ? integer : undefined;
    case 'time':
      return duration;
    case 'list':
      return listOf(parserOf(kind.of) ?? String);
    case 'repeated':
      return (text, before) => [...(Array.isArray(before) ? before : []), text];
    case 'tuple':
      return numbers(kind.of.length);
    case 'each view':
      return (text) => numbers(2, 3)(text.includes(',') ? text : `${text},${text}`);
    default:
      return undefined;
  }
}

function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) {
    throw new InvalidArgumentError('It must be a number.');
  }
  return value;
}

/** '3h50m' → 13800 seconds */
function duration(text: string): number {
  try {
    return seconds('it', text);
  } catch {
    throw new InvalidArgumentError('It must be a time such as 20m or 3h50m.');
  }
}

/** '60,80' → [60, 80] */
const listOf =
  (parse: Parser): Parser =>
  (text) =>
    text.split(',').map((item) => parse(item));

/** So many: '0.2,1' → [0.2, 1] */
const numbers =
  (...counts: number[]): Parser =>
  (text) => {
    const values = text.split(',').map(number);
    if (counts.includes(values.length)) return values;
    const wanted = counts.join(' or ');
    throw new InvalidArgumentError(`It must be ${wanted} numbers with commas between them.`);
  };
