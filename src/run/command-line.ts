// The command that makes a run with these options, in as few flags as say it. How many processes share the
// work is among the values, not in the line: torchrun, Slurm or rdm itself starts them.
import { resolve } from 'node:path';
import { predictorDefaults, pretrainDefaults } from '../options/defaults.js';
import { linclsFlags, pretrainFlags } from '../options/flags.js';
import { completeLincls } from '../options/lincls.js';
import { completePretrain } from '../options/pretrain.js';
import type { LinclsOptions, PretrainOptions } from '../types/options.js';

export type Values = Record<string, unknown>;

export interface CommandLine {
  /** Every flag with its value, by its name in camel case; of several processes also how many. */
  values: Values;
  line: string;
}

export function pretrainLine(options: PretrainOptions, seed: number): CommandLine {
  const flags = ({ data, ...given }: PretrainOptions): Values => ({
    ...predictorDefaults,
    ...present(pretrainFlags(completePretrain({ ...given, data }))),
  });
  const { method } = options; // other defaults depend on it
  const defaults = { ...flags({ data: '', method }), method: pretrainDefaults.method };
  return commandLine('pretrain', options, seed, flags, defaults);
}

export function linclsLine(options: LinclsOptions, seed: number): CommandLine {
  const flags = (given: LinclsOptions): Values => present(linclsFlags(completeLincls(given)));
  return commandLine('lincls', options, seed, flags, flags({}));
}

function commandLine<Options extends Pick<LinclsOptions, 'data' | 'output' | 'process'>>(
  command: 'pretrain' | 'lincls',
  options: Options,
  seed: number,
  flags: (options: Options) => Values,
  defaults: Values,
): CommandLine {
  const { data, valBatchSize, process, ...rest } = flags(options); // these have no flags
  const values = { ...rest, output: resolve(options.output ?? '.'), seed };
  const needed = Object.entries(values).filter(
    ([name, value]) => String(value) !== String(defaults[name]),
  );
  const words = needed.flatMap(([name, value]) => flagWords(name, value));
  const folder = resolve(options.data ?? '.');
  const { worldSize: processes } = options.process ?? {};
  const line = ['rdm', command, ...words, folder].map(quoted).join(' ');
  return { values: { ...values, ...(processes && { processes }) }, line };
}

function flagWords(name: string, value: unknown): string[] {
  const long = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (typeof value === 'boolean') return [value ? `--${long}` : `--no-${long}`];
  return [`--${long}`, String(value)]; // lists as commander takes them: with commas
}

const present = (flags: object): Values =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));

const quoted = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
