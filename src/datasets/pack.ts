// rdm data pack: a dataset as shards.

import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { deflateSync } from 'node:zlib';
import crc32 from 'crc-32';
import { RdmError, translated, writing } from '../base/errors.js';
import { type ImageListing, native } from '../native/addon.js';
import { type Places, places, toList } from '../options/check.js';
import { checkKeys } from '../options/keys.js';
import { sent } from '../options/sent.js';
import { complete } from '../options/table/table.js';
import type { PackOptions } from '../options/types.js';
import type { PackSummary } from '../types/datasets.js';
import type { Control, ProgressEvent } from '../types/events.js';
import { extensionOf, openParquet, parquetFiles } from './parquet.js';
import { type Sample, ShardWriter } from './shard-writer.js';

interface Split {
  name: 'train' | 'val';
  images: number;
  samples(): AsyncGenerator<Sample>;
}

/** `packDataset` of the library. Rejects with `bad_data` and `bad_output`, and leaves nothing then. */
export async function pack(
  options: PackOptions,
  { onEvent, signal }: Control<ProgressEvent>,
): Promise<PackSummary> {
  checkKeys('data pack', options, ['data', 'output']);
  const { shardSize } = sent('data pack', complete('data pack', options));
  const data = places(options.data);
  const output = resolve(options.output);
  await refuseOccupied(output);
  const splits = await openSplits(data);
  const total = splits.reduce((sum, { images }) => sum + images, 0);
  await writing(output, () => mkdir(dirname(output), { recursive: true }));
  const folder = `${output}.packing-${process.pid}`;
  await writing(output, () => mkdir(folder));
  let done = 0;
  const packed: PackSummary['places'] = [];
  try {
    for (const { name, samples } of splits) {
      const writer = new ShardWriter(folder, name, shardSize * 1e6);
      try {
        for await (const sample of samples()) {
          if (signal?.aborted) return { outcome: 'stopped', images: done, places: [] };
          await writer.add(sample);
          done += 1;
          if (done % 100 === 0) onEvent?.({ type: 'progress', done, total });
        }
        await writer.close();
      } finally {
        await writer.abandon();
      }
      packed.push({
        split: name,
        images: writer.images,
        shards: writer.names.length,
        place: placeOf(output, writer.names),
      });
    }
    onEvent?.({ type: 'progress', done, total });
    await writing(output, () => rename(folder, output));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { outcome: 'done', images: done, places: packed };
}

async function refuseOccupied(output: string): Promise<void> {
  if (!existsSync(output)) return;
  const entries = await readdir(output).catch(() => ['a file']);
  if (entries.length === 0) return;
  throw new RdmError(
    'bad_output',
    `${output} is there already, and not an empty folder`,
    'shards go to a folder of their own, which is new or empty',
  );
}

/** One shard by its name, several as a range. */
function placeOf(output: string, names: string[]): string {
  const [first = '', last = first] = [names[0], names.at(-1)];
  const number = (name: string) => name.slice(-'000000.tar'.length, -'.tar'.length);
  if (first === last) return join(output, first);
  return join(output, first.replace(number(first), `{${number(first)}..${number(last)}}`));
}

async function openSplits(data: Places): Promise<Split[]> {
  const [place = '', ...more] = toList(data);
  const files = more.length === 0 ? parquetFiles(place) : undefined;
  if (!files) return listedSplits(data);
  const splits: Split[] = [];
  for (const name of ['train', 'val'] as const) {
    const opened = await Promise.all((files[name] ?? []).map(openParquet));
    const images = opened.reduce((sum, { rows }) => sum + rows, 0);
    if (opened.length === 0) continue;
    if (images === 0) throw new RdmError('bad_data', `no rows in ${files[name]?.[0]}`);
    async function* samples() {
      for (const file of opened) yield* file.samples();
    }
    splits.push({ name, images, samples });
  }
  return splits;
}

async function listedSplits(data: Places): Promise<Split[]> {
  const splits: Split[] = [];
  for (const name of ['train', 'val'] as const) {
    const listing = await translated(() => native().listImages({ data, split: name }));
    if (!listing) continue;
    splits.push({ name, images: listing.paths.length, samples: () => samplesOf(listing) });
  }
  return splits;
}

async function* samplesOf(listing: ImageListing): AsyncGenerator<Sample> {
  for (const [index, path] of listing.paths.entries()) {
    const name = listing.names[index] ?? '';
    const bytes = await bytesOf(listing, index);
    const extension = listing.pixels.length > 0 ? 'png' : extensionOf(name, bytes);
    const number = listing.labels[index];
    yield {
      name: name.replace(/\.(jpe?g|png|ppm|bmp|pgm|tiff?|webp)$/i, ''),
      extension,
      bytes,
      label: number === undefined ? undefined : { name: listing.classes[number] ?? '', number },
      origin: path,
    };
  }
}

async function bytesOf(listing: ImageListing, index: number): Promise<Uint8Array> {
  const { paths, names, offsets, bytes, width, height, pixels } = listing;
  const path = paths[index] ?? '';
  if (pixels.length > 0) {
    const size = width * height * 3;
    return encodePng(pixels.subarray(index * size, (index + 1) * size), width, height);
  }
  const offset = offsets[index];
  try {
    return offset === undefined
      ? await readWhole(path)
      : await readPart(path.slice(0, -(names[index] ?? '').length - 1), offset, bytes[index] ?? 0);
  } catch (cause) {
    throw new RdmError(
      'bad_data',
      `cannot read ${path}: ${(cause as Error).message}`,
      'remove it, or leave it out of the list',
      { cause },
    );
  }
}

/** A pipe would keep its reader waiting. */
async function readWhole(path: string): Promise<Uint8Array> {
  if (!(await stat(path)).isFile()) throw new Error('it is no ordinary file');
  return readFile(path);
}

async function readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    if (bytesRead < length) throw new Error('the shard is cut off');
    return buffer;
  } finally {
    await file.close();
  }
}

/** A PNG file, which loses nothing; `pixels` are (height, width, 3). */
function encodePng(pixels: Uint8Array, width: number, height: number): Buffer {
  const row = width * 3;
  const lines = Buffer.alloc((row + 1) * height); // each with a filter before it: 0, none
  for (let y = 0; y < height; y += 1) {
    lines.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeInt32BE(crc32.buf(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}
