// Vectors of images, in a file: the addon writes rows beside it, and what is whole takes its name.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { RdmError, writing } from '../base/errors.js';
import { native } from '../native/addon.js';
import { checkKeys } from '../options/keys.js';
import { resolveEmbed } from '../options/looking.js';
import type { EmbedOptions } from '../options/types.js';
import { takeOver } from '../run/checkpoints.js';
import { examine, ofAll } from '../run/jobs.js';
import type { Control, FeatureEvent } from '../types/events.js';
import type { EmbedSummary } from '../types/vectors.js';
import { type Format, writeAs } from './formats.js';
import { readMatrixPlace } from './matrix.js';

const formats: Record<string, Format> = {
  '.npy': 'npy',
  '.csv': 'csv',
  '.safetensors': 'safetensors',
  '.parquet': 'parquet',
};

/** What lies beside a file of NumPy: features.npy, features.paths.csv, features.json. */
export const besides = (path: string) => {
  const stem = path.slice(0, path.length - extname(path).length);
  return { listing: `${stem}.paths.csv`, about: `${stem}.json` };
};

/**
 * Writes what a checkpoint's network makes of images: a row an image, in the order of their listing. Where an earlier
 * call was ended, this one goes on. Progress counts images.
 */
export async function embed(
  options: EmbedOptions,
  control: Control<FeatureEvent> = {},
): Promise<EmbedSummary> {
  checkKeys('embed', options, ['data']);
  const { options: complete, told } = await takeOver(ofAll(options), options.pretrained);
  const { resolved, output } = resolveEmbed(complete);
  const format = formatOf(output);
  if (existsSync(output) && !resolved.overwrite) {
    throw new RdmError(
      'bad_output',
      `${output} is there already`,
      '--overwrite replaces it; or choose another file',
    );
  }
  const { rows, ...found } = await examine(resolved, told, control, (onEvent) =>
    native().embed(resolved, onEvent),
  );
  const files =
    found.outcome === 'done' ? await finish(resolved.file, output, format, found.classes > 0) : [];
  return { ...found, rows, files };
}

function formatOf(output: string): Format {
  const format = formats[extname(output).toLowerCase()];
  if (format) return format;
  throw new RdmError(
    'usage',
    `no format of vectors has the ending of ${output}`,
    `choose from: ${Object.keys(formats).join(', ')}`,
  );
}

/** The vectors take their name last: as long as there is no file of that name, the same call ends what is left. */
async function finish(
  partial: string,
  output: string,
  format: Format,
  labelled: boolean,
): Promise<string[]> {
  const [listing, about] = [`${partial}.csv`, `${partial}.json`];
  return writing(output, async () => {
    if (format === 'npy') {
      const beside = besides(output);
      renameSync(listing, beside.listing);
      renameSync(about, beside.about);
      renameSync(partial, output);
      return [output, beside.listing, beside.about];
    }
    const matrix = readMatrixPlace(partial);
    const whole = `${partial}.whole`;
    await writeAs(format, whole, { matrix, listing, about: readFileSync(about, 'utf8'), labelled });
    renameSync(whole, output);
    for (const path of [partial, listing, about]) rmSync(path, { force: true });
    return [output];
  });
}
