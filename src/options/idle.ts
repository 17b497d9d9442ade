// Flags that were given and do nothing, and those that another needs: `when` and `needed` of their rows.
import { RdmError } from '../base/errors.js';
import { attribute, type CommandName, longFlag, type Row } from './table/row.js';
import { optionsOf, rowsOf } from './table/table.js';

type Values = Record<string, unknown>;
type Condition = NonNullable<Row['when']>;

type Source = (name: string) => 'line' | 'recipe' | undefined;

/** Refuses a flag of the line that is empty. Throws `usage`. */
export function checkEmpty(command: CommandName, values: Values, source: Source): void {
  for (const { row } of rowsOf(command)) {
    if (values[attribute(row)] !== '' || source(attribute(row)) !== 'line') continue;
    throw new RdmError(
      'usage',
      `${longFlag(row)} is empty`,
      'leave it out, or look whether the variable that should hold it is set',
    );
  }
}

/**
 * Refuses a flag of the line that has no effect beside the others' values, and one that is needed and was not
 * given; returns what is only to be told. Names are the flags' in camel case. Throws `usage`.
 */
export function checkEffects(command: CommandName, values: Values, source: Source): string[] {
  const told: string[] = [];
  for (const { row } of optionsOf(command)) {
    const given = source(attribute(row));
    if (!given && isNeeded(row, values)) refuseWithout(row);
    if (given !== 'line') continue;
    if (hasEffect(row, values)) continue;
    const [present, wanted] = contradiction(row.when ?? {}, values);
    if (!row.told || !holds(row.told, values)) {
      const hint = `leave it out, or add ${wanted}`;
      throw new RdmError('usage', `${longFlag(row)} has no effect ${present}`, hint);
    }
    told.push(`${longFlag(row)} has no effect ${present}`);
  }
  return told;
}

export const hasEffect = (row: Row, values: Values): boolean =>
  !row.when || holds(row.when, values);

/** Whether it has to be given beside these. */
export const isNeeded = (row: Row, values: Values): boolean =>
  row.needed !== undefined && holds(row.needed, values);

function refuseWithout({ needed = {}, neededHint, ...row }: Row): never {
  const others = Object.entries(needed).map(([name, value]) => written(name, value));
  throw new RdmError('usage', `${others.join(' ')} needs ${longFlag(row)}`, neededHint);
}

/** What a checkpoint may yet tell is undefined, and holds. `true` stands for whatever is given, a switch that is on. */
const holds = (condition: Condition, values: Values): boolean =>
  Object.entries(condition).every(([name, wanted]) => {
    const value = values[name] ?? (wanted === true ? false : undefined);
    return (
      value === undefined ||
      (Array.isArray(wanted) && wanted.includes(value)) ||
      (wanted === true ? value !== false : wanted === value)
    );
  });

/** The first other flag that stands against it, and what it would have to be. */
function contradiction(condition: Condition, values: Values): [present: string, wanted: string] {
  const against = Object.entries(condition).find(([name, one]) => !holds({ [name]: one }, values));
  const [name = '', wanted] = against ?? [];
  const [first] = Array.isArray(wanted) ? wanted : [wanted];
  const present = wanted === true ? `without ${written(name, true)}` : undefined;
  return [present ?? `with ${written(name, values[name])}`, written(name, first)];
}

/** optimizer, lars → --optimizer lars */
function written(name: string, value: unknown): string {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === true ? flag : `${flag} ${value}`;
}
