// Conditions on runs, as --where has them: sigma<0, state=done, run~cifar.
import { RdmError } from '../base/errors.js';
import type { RunRow } from '../types/report.js';
import { columnOf } from './columns.js';

/** Whether a row's value, as a text, stands so to the condition's. */
const operators: Record<string, (value: string, wanted: string) => boolean> = {
  '=': same,
  '!=': (value, wanted) => !same(value, wanted),
  '<': (value, wanted) => Number(value) < Number(wanted),
  '<=': (value, wanted) => Number(value) <= Number(wanted),
  '>': (value, wanted) => Number(value) > Number(wanted),
  '>=': (value, wanted) => Number(value) >= Number(wanted),
  '~': (value, wanted) => value.toLowerCase().includes(wanted.toLowerCase()),
};

const isNumber = (text: string) => text.trim() !== '' && !Number.isNaN(Number(text));

/** 0.10 is 0.1, and a collapse is written with a blank or an underscore. */
function same(value: string, wanted: string): boolean {
  if (isNumber(value) && isNumber(wanted)) return Number(value) === Number(wanted);
  return value === wanted || value.replaceAll('_', ' ') === wanted;
}

/** Which rows all conditions hold of; a row without a value is only unequal to one. Throws `usage`. */
export function filterOf(conditions: string[], rows: RunRow[]): (row: RunRow) => boolean {
  const tests = conditions.map((condition) => {
    const [, name = '', operator = '', given = ''] =
      /^\s*([\w-]+?)\s*(!=|<=|>=|=|<|>|~)(.*)$/s.exec(condition) ?? [];
    const holds = operators[operator];
    if (!holds) {
      throw new RdmError(
        'usage',
        `'${condition}' is no condition on runs`,
        "a name, one of = != < <= > >= ~ (has the text), a value: --where 'sigma<0,state=done'",
      );
    }
    const wanted = given.trim();
    const { value } = columnOf(name, rows);
    if (/^[<>]/.test(operator) && !isNumber(wanted)) {
      throw new RdmError(
        'usage',
        `'${condition}' compares with what is no number: '${wanted}'`,
        '= and != compare texts, ~ looks for one in them',
      );
    }
    return (row: RunRow) => {
      const found = value(row);
      return found === undefined ? operator === '!=' : holds(String(found), wanted);
    };
  });
  return (row) => tests.every((test) => test(row));
}
