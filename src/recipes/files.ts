// Where recipes lie: those of the package in recipes/, a user's own anywhere.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest } from 'fastest-levenshtein';
import { RdmError } from '../base/errors.js';

const folder = fileURLToPath(new URL('../../recipes', import.meta.url));

/** The names of the package's recipes, sorted: `cifar/byol`, … */
export async function recipeNames(): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** A name or a path, the file as messages call it, and its text. */
export async function readRecipe(name: string): Promise<{ file: string; text: string }> {
  if (/\.ya?ml$/.test(name)) return { file: name, text: await read(name) };
  const names = await recipeNames();
  if (!names.includes(name)) {
    throw new RdmError(
      'usage',
      `no recipe '${name}'; did you mean '${closest(name, names)}'?`,
      '`rdm recipes` lists them; one of your own is given as a file that ends in .yaml',
    );
  }
  return { file: `recipes/${name}.yaml`, text: await read(join(folder, `${name}.yaml`)) };
}

const maxBytes = 65_536; // thirty times the longest of ours

async function read(path: string): Promise<string> {
  const file = await stat(path).catch((cause: Error) => {
    throw new RdmError('bad_recipe', `cannot read ${path}: ${cause.message}`, '', { cause });
  });
  if (!file.isFile()) throw new RdmError('bad_recipe', `cannot read ${path}: it is not a file`);
  if (file.size > maxBytes) {
    throw new RdmError('bad_recipe', `${path}: ${file.size} bytes are too many for a recipe`);
  }
  return readFile(path, 'utf8');
}
