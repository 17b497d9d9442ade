// A small learnable dataset of drawn images, in the forms that places have.
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { translated, writing } from '../base/errors.js';
import { native } from '../native/addon.js';
import { checkKeys } from '../options/keys.js';
import { sent } from '../options/sent.js';
import { complete } from '../options/table/table.js';
import type { SynthesizeOptions } from '../options/types.js';

/** Writes a small learnable dataset of JPEGs: train/CLASS/*.jpg and val/CLASS/*.jpg, or in another form. */
export async function synthesize(options: SynthesizeOptions): Promise<{ images: number }> {
  checkKeys('data synthesize', options, ['output']);
  const given = complete('data synthesize', options);
  const wanted = sent('data synthesize', given);
  const output = resolve(options.output);
  const draw = (folder: string) =>
    translated(() => native().synthesize({ ...wanted, output: folder }));
  if (given.form === 'shards') return drawShards(output, draw);
  const drawn = await draw(output);
  if (given.form !== 'folder') await writeLists(output, given.form);
  return drawn;
}

/** Beside train/CLASS and val/CLASS: train.txt and val.txt with paths, or tables with labels as well. */
async function writeLists(folder: string, form: 'list' | 'table'): Promise<void> {
  for (const split of ['train', 'val']) {
    const lines: string[] = [];
    for (const name of (await readdir(join(folder, split))).sort()) {
      for (const file of (await readdir(join(folder, split, name))).sort()) {
        const path = `${split}/${name}/${file}`;
        lines.push(form === 'list' ? path : `${path},${name}`);
      }
    }
    const heading = form === 'list' ? [] : ['path,label'];
    const output = join(folder, `${split}.${form === 'list' ? 'txt' : 'csv'}`);
    const text = `${[...heading, ...lines].join('\n')}\n`;
    await writing(output, () => writeFile(output, text, { flag: 'wx' }));
  }
}

/** Draws into a folder beside `output`, which is packed into that. */
async function drawShards<Drawn>(
  output: string,
  draw: (folder: string) => Promise<Drawn>,
): Promise<Drawn> {
  const { pack } = await import('./pack.js');
  const folder = `${output}.drawing-${process.pid}`;
  try {
    const drawn = await draw(folder);
    await pack({ data: folder, output }, {});
    return drawn;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
