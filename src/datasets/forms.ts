// Drawn images in the forms that places have.
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writing } from '../base/errors.js';

/** Beside train/CLASS and val/CLASS: train.txt and val.txt with paths, or tables with labels as well. */
export async function writeLists(folder: string, form: 'list' | 'table'): Promise<void> {
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
export async function drawShards<Drawn>(
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
