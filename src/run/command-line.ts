// The shortest command line that makes a run with these options. How many processes share the work is among the
// values, not in the line, as torchrun, Slurm or rdm itself starts them.
import { resolve } from 'node:path';
import { places, toList } from '../options/check.js';
import { flagValues } from '../options/flags.js';
import { hasEffect, isNeeded } from '../options/idle.js';
import { completeFinetune, completeLincls, completePretrain } from '../options/runs.js';
import { attribute, longFlag, type Row } from '../options/table/row.js';
import { complete, optionsOf } from '../options/table/table.js';
import type { FinetuneOptions, LinclsOptions, PretrainOptions } from '../options/types.js';
import type { Training } from '../types/choices.js';

export type Values = Record<string, unknown>;

export interface CommandLine {
  /** Every flag with its value, by its name in camel case; of several processes also how many. */
  values: Values;
  line: string;
}

export function pretrainLine(options: PretrainOptions, seed: number): CommandLine {
  const { method } = options; // other defaults depend on it
  const defaults = { ...completePretrain({ method }), method: complete('pretrain', {}).method };
  return commandLine('pretrain', options, completePretrain(options), defaults, seed);
}

export const linclsLine = (options: LinclsOptions, seed: number): CommandLine =>
  commandLine('lincls', options, completeLincls(options), completeLincls({}), seed);

export const finetuneLine = (options: FinetuneOptions, seed: number): CommandLine =>
  commandLine('finetune', options, completeFinetune(options), completeFinetune({}), seed, [
    resolve(options.checkpoint),
  ]);

function commandLine(
  command: Training,
  options: Pick<LinclsOptions, 'data' | 'output' | 'process'>,
  complete: object,
  initial: object,
  seed: number,
  before: string[] = [],
): CommandLine {
  const output = resolve(options.output ?? '.');
  const values: Values = { ...flagValues(command, complete), output, seed };
  const defaults = flagValues(command, initial);
  const words = optionsOf(command).flatMap(({ row }) => {
    const name = attribute(row);
    const other = values[name] !== undefined && String(values[name]) !== String(defaults[name]);
    const says = (other && hasEffect(row, values)) || isNeeded(row, values);
    return says ? flagWords(row, values[name]) : [];
  });
  const data = toList(places(options.data));
  const { worldSize: processes } = options.process ?? {};
  const line = ['rdm', command, ...before, ...words, ...data].map(quoted).join(' ');
  return { values: { ...values, ...(processes && { processes }) }, line };
}

/** predDim, 64 → --pred-dim 64; a switch has no value. */
export function flagWords(row: Row, value: unknown): string[] {
  const flag = longFlag(row);
  if (typeof value === 'boolean') return [value ? flag : flag.replace('--', '--no-')];
  if (row.type.kind === 'repeated') return (value as string[]).flatMap((one) => [flag, one]);
  return [flag, String(value)]; // lists as commander takes them: with commas
}

const quoted = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
