// The images of parquet files as Hugging Face's datasets have them, a group of rows at a time.
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as zlib from 'node:zlib';
import {
  asyncBufferFromFile,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { RdmError } from '../base/errors.js';
import type { Sample } from './shard-writer.js';

/** From Node 22.15 on. */
const { zstdDecompressSync: unzstd } = zlib as {
  zstdDecompressSync?: (bytes: Uint8Array) => Buffer;
};

/** What zlib offers beside the library's snappy. */
const compressors: Compressors = {
  GZIP: (input) => zlib.gunzipSync(input),
  BROTLI: (input) => zlib.brotliDecompressSync(input),
  ...(unzstd && { ZSTD: (input: Uint8Array) => unzstd(input) }),
};

type Split = 'train' | 'val';

/** The files of each split; undefined where a place is neither a parquet file nor a folder with some. */
export function parquetFiles(place: string): Partial<Record<Split, string[]>> | undefined {
  if (/\.parquet$/i.test(place)) return { train: [place] };
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const all = readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.parquet$/i.test(name))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => join(place, name));
  if (all.length === 0) return undefined;
  const named = (pattern: RegExp) => all.filter((path) => pattern.test(basename(path)));
  const train = named(/^train/i);
  if (train.length === 0) return { train: all };
  const val = [named(/^val/i), named(/^test/i)].find((files) => files.length > 0);
  return val ? { train, val } : { train };
}

/** One open file. */
export interface ParquetImages {
  rows: number;
  samples(): AsyncGenerator<Sample>;
}

interface Columns {
  image: string;
  /** Whether the image is a group of `bytes` and maybe `path`. */
  group: boolean;
  label: string | undefined;
  /** The names of its numbers. */
  classes: string[] | undefined;
}

/** Rejects with `bad_data` for a file that is no parquet file, is damaged, or has no images. */
export async function openParquet(path: string): Promise<ParquetImages> {
  const file = await telling(path, () => asyncBufferFromFile(path));
  const metadata = await telling(path, () => parquetMetadataAsync(file));
  const columns = await telling(path, async () => findColumns(metadata));
  if (!columns) {
    const names = topLevel(metadata).map(({ element }) => element.name);
    throw new RdmError(
      'bad_data',
      `no images in ${path}: its columns are ${names.join(', ') || 'none'}`,
      'images are a column of bytes named image or img, or one with bytes and path as Hugging Face has it',
    );
  }
  const wanted = [columns.image, ...(columns.label ? [columns.label] : [])];
  async function* samples(): AsyncGenerator<Sample> {
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const range = { rowStart, rowEnd: rowStart + Number(num_rows) };
      const rows = await telling(path, () =>
        parquetReadObjects({ file, metadata, columns: wanted, utf8: false, compressors, ...range }),
      );
      for (const [index, row] of rows.entries()) {
        yield toSample(row, columns as Columns, { file: path, row: rowStart + index });
      }
      ({ rowEnd: rowStart } = range);
    }
  }
  return { rows: Number(metadata.num_rows), samples };
}

async function telling<Value>(path: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (cause) {
    throw new RdmError(
      'bad_data',
      `cannot read ${path}: ${(cause as Error).message}`,
      'it is to be a whole parquet file, compressed by snappy, gzip or brotli, or by zstd with Node 22.15 and later',
      { cause },
    );
  }
}

const topLevel = (metadata: FileMetaData): SchemaTree[] => parquetSchema(metadata).children;

const isBytes = ({ element }: SchemaTree) =>
  element.type === 'BYTE_ARRAY' &&
  element.converted_type !== 'UTF8' &&
  element.logical_type?.type !== 'STRING';

function findColumns(metadata: FileMetaData): Columns | undefined {
  const columns = topLevel(metadata);
  const preferred = (found: SchemaTree[]) =>
    found.find(({ element }) => ['image', 'img'].includes(element.name)) ?? found[0];
  const groups = columns.filter(({ children }) =>
    children.some((child) => child.element.name === 'bytes' && isBytes(child)),
  );
  const plain = columns.filter(
    (column) =>
      ['image', 'img', 'jpg', 'png', 'webp'].includes(column.element.name) && isBytes(column),
  );
  const image = preferred(groups) ?? preferred(plain);
  if (!image) return undefined;
  const features = featuresOf(metadata);
  const names = columns.map(({ element }) => element.name);
  const label = [
    'label',
    'fine_label',
    ...Object.keys(features).filter((name) => features[name]?.names),
  ].find((name) => names.includes(name));
  return {
    image: image.element.name,
    group: groups.includes(image),
    label,
    classes: label === undefined ? undefined : features[label]?.names,
  };
}

type Features = Record<string, { names?: string[] }>;

/** What Hugging Face's library says of the columns, as far as it is of the right shape. */
function featuresOf({ key_value_metadata }: FileMetaData): Features {
  const text = key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  try {
    const { info } = JSON.parse(text ?? '{}') as { info?: { features?: object } };
    const entries = Object.entries(info?.features ?? {}) as [string, { names?: unknown } | null][];
    return Object.fromEntries(
      entries.map(([name, feature]) => {
        const names = feature?.names;
        const texts = Array.isArray(names) && names.every((each) => typeof each === 'string');
        return [name, texts ? { names: names as string[] } : {}];
      }),
    );
  } catch {
    return {}; // the numbers are then the names
  }
}

function toSample(
  row: Record<string, unknown>,
  columns: Columns,
  at: { file: string; row: number },
): Sample {
  const origin = `row ${at.row} of ${at.file}`;
  const cell = row[columns.image] as { bytes?: unknown; path?: unknown } | null | undefined;
  const bytes = columns.group ? cell?.bytes : cell;
  if (!(bytes instanceof Uint8Array)) {
    throw new RdmError(
      'bad_data',
      `${origin} has no bytes of an image`,
      'files that hold paths alone name images elsewhere: pass those as a list',
    );
  }
  const path = columns.group ? cell?.path : undefined;
  const named =
    typeof path === 'string'
      ? path
      : path instanceof Uint8Array
        ? Buffer.from(path).toString()
        : '';
  return {
    name: `${basename(at.file).replace(/\.parquet$/i, '')}/${String(at.row).padStart(9, '0')}`,
    extension: extensionOf(named, bytes),
    bytes,
    label: toLabel(columns, columns.label === undefined ? undefined : row[columns.label], origin),
    origin,
  };
}

/** None of -1, as unlabelled sets have it, and of what is missing. */
function toLabel({ classes }: Columns, value: unknown, origin: string): Sample['label'] {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return { name: value };
  if (value instanceof Uint8Array) return { name: Buffer.from(value).toString() };
  const number = Number(value);
  if (number === -1) return undefined;
  const name = classes ? classes[number] : String(number);
  if (Number.isSafeInteger(number) && name !== undefined) return { name, number };
  throw new RdmError(
    'bad_data',
    `${origin} has the label ${number}, which is none of ${classes?.length ?? 0} classes`,
    'the file is damaged, or its description is of another one',
  );
}

/** By an image's name, or else by how its bytes begin. */
export function extensionOf(name: string, bytes: Uint8Array): string {
  const [, extension = ''] = /\.(jpe?g|png|ppm|bmp|pgm|tiff?|webp)$/i.exec(name) ?? [];
  if (extension) return extension.toLowerCase();
  const begin = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (begin.startsWith('\x89PNG')) return 'png';
  if (begin.startsWith('RIFF') && begin.endsWith('WEBP')) return 'webp';
  if (begin.startsWith('BM')) return 'bmp';
  if (/^(II\*\0|MM\0\*)/.test(begin)) return 'tif';
  if (/^P[1-6]\s/.test(begin)) return 'ppm';
  return 'jpg'; // readers tell the format by the content
}
