// Complete options to what the addon gets: each value checked, under the option's name.
import { resolve } from 'node:path';
import { RdmError } from '../base/errors.js';
import { check, type Places, places, standardInput, toList, whole } from './check.js';
import { ownWorkers } from './process.js';
import { type CommandName, longFlag } from './table/row.js';
import { type Complete, optionsOf, type Sent } from './table/table.js';
import type { ProcessOptions } from './types.js';
import { checkPatches } from './views.js';

/** Every option of the command is checked; those that go to the addon in another shape are not there. */
export function sent<Name extends CommandName>(command: Name, options: Complete<Name>): Sent<Name> {
  const values = options as Record<string, unknown>;
  const checked = optionsOf(command).map(({ name, row }) => {
    const value = values[name];
    if (value === undefined) return { name, row, value: null };
    const asGiven = value === row.absent;
    return { name, row, value: asGiven ? value : check(longFlag(row) || name, row.type, value) };
  });
  return Object.fromEntries(
    checked.filter(({ row }) => row.sent !== false).map(({ name, value }) => [name, value]),
  ) as Sent<Name>;
}

/** The keys of the addon whose values may differ where a run is resumed. */
export const mayDiffer = (command: CommandName): string[] =>
  optionsOf(command)
    .filter(({ row }) => row.resume === 'may differ' && row.sent !== false)
    .map(({ name }) => name);

interface Images {
  val?: string | undefined;
  data?: Places | undefined;
  process?: ProcessOptions | undefined;
  arch: string;
  patchSize: number;
  cropSize: number;
  valResize: number;
  workers: number;
  device: string;
  gpu?: number | undefined;
  exclude: string[];
  fraction?: number;
  images?: number;
  imagesPerClass?: number;
  labelFraction?: number;
  labelsPerClass?: number;
}

/** What several options of images and networks mean together. */
export function withImages<Found extends { cropSize: number; workers: number }>(
  options: Images,
  found: Found,
) {
  if (options.gpu !== undefined && options.device === 'cpu') {
    throw new RdmError('usage', `--gpu ${options.gpu} contradicts --device cpu`);
  }
  if (toList(options.data).includes(standardInput) && (options.process?.worldSize ?? 1) > 1) {
    throw new RdmError(
      'usage',
      'standard input goes to one process, and several are to read the list',
      'write the list to a file: images.txt',
    );
  }
  checkPatches('--crop-size', '', options.cropSize, options);
  checkSubset(options);
  checkLabels(options);
  return {
    ...found,
    exclude: options.exclude.map(fromAnywhere),
    data: places(options.data),
    val: options.val && options.val !== 'none' ? places(options.val) : (options.val ?? ''),
    workers: ownWorkers(found.workers, options),
    valResize: whole('--val-resize', options.valResize, found.cropSize),
  };
}

/** A list of paths that is the same from any working folder. */
export const fromAnywhere = (excluded: string): string =>
  excluded.startsWith('@') ? `@${resolve(excluded.slice(1))}` : excluded;

function checkLabels({ labelFraction = 1, labelsPerClass = 0 }: Images): void {
  if (labelFraction === 1 || labelsPerClass === 0) return;
  throw new RdmError(
    'usage',
    '--label-fraction and --labels-per-class each say how many labels are taken',
    'give one of them',
  );
}

function checkSubset({ fraction = 1, images = 0, imagesPerClass = 0 }: Images): void {
  const given = [
    ...(fraction < 1 ? ['--fraction'] : []),
    ...(images > 0 ? ['--images'] : []),
    ...(imagesPerClass > 0 ? ['--images-per-class'] : []),
  ];
  if (given.length < 2) return;
  throw new RdmError(
    'usage',
    `${given.join(' and ')} each say how many training images are taken`,
    'give one of them',
  );
}
