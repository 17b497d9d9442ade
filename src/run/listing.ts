// A fingerprint of data: of a folder by its files' paths and sizes, of shards likewise, of a list by its bytes. No image
// is opened.
import { createHash } from 'node:crypto';
import { createReadStream, type Dirent, existsSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { native } from '../native/addon.js';
import type { Listing } from '../types/report.js';

interface File {
  path: string;
  bytes: number;
}

/** Of one place its own; of several that of all their fingerprints. Rejects when aborted. */
export async function hashListings(places: string[], signal: AbortSignal): Promise<Listing> {
  const [first, ...more] = await Promise.all(places.map((place) => hashListing(place, signal)));
  if (first && more.length === 0) return first;
  const all = [...(first ? [first] : []), ...more];
  const sum = (of: (listing: Listing) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    sha256: createHash('sha256')
      .update(all.map(({ sha256 }) => `${sha256}\n`).join(''))
      .digest('hex'),
    files: sum(({ files }) => files),
    bytes: sum(({ bytes }) => bytes),
  };
}

/**
 * Lists train/ and val/ where there is a train/, as in an image folder; else everything. A list of images counts as
 * one file. Rejects when aborted.
 */
export async function hashListing(folder: string, signal: AbortSignal): Promise<Listing> {
  const hash = createHash('sha256');
  if (folder.toLowerCase().endsWith('.tar')) return hashShards(await native().shardFiles(folder));
  const found = await stat(folder);
  if (!found.isDirectory()) {
    for await (const part of createReadStream(folder, { signal })) hash.update(part);
    return { sha256: hash.digest('hex'), files: 1, bytes: found.size };
  }
  const listing = { files: 0, bytes: 0 };
  for (const root of existsSync(join(folder, 'train')) ? ['train', 'val'] : ['']) {
    if (!existsSync(join(folder, root))) continue;
    for await (const { path, bytes } of filesUnder(folder, root, [])) {
      signal.throwIfAborted();
      hash.update(`${path}\0${bytes}\n`);
      listing.files += 1;
      listing.bytes += bytes;
    }
  }
  return { sha256: hash.digest('hex'), ...listing };
}

async function hashShards(paths: string[]): Promise<Listing> {
  const hash = createHash('sha256');
  const files = await Promise.all(paths.map(async (path) => ({ path, ...(await stat(path)) })));
  for (const { path, size } of files) hash.update(`${basename(path)}\0${size}\n`);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { sha256: hash.digest('hex'), files: files.length, bytes };
}

/** Yields files in sorted order, a folder at a time. Links are resolved, but not to a folder that is being listed. */
async function* filesUnder(root: string, path: string, above: string[]): AsyncGenerator<File> {
  const real = await realpath(join(root, path));
  if (above.includes(real)) return;
  const entries = await readdir(real, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const sizes = await Promise.all(entries.map((entry) => fileSize(join(real, entry.name), entry)));
  for (const [index, { name }] of entries.entries()) {
    const inner = path ? `${path}/${name}` : name;
    const bytes = sizes[index];
    if (bytes === undefined) yield* filesUnder(root, inner, [...above, real]);
    else yield { path: inner, bytes };
  }
}

/** Undefined for a folder. */
async function fileSize(path: string, entry: Dirent): Promise<number | undefined> {
  if (entry.isDirectory()) return undefined;
  const found = await stat(path);
  return found.isDirectory() ? undefined : found.size;
}
