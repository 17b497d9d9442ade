// The matrix of a finished rdm embed as a file of another format, block by block.
import { closeSync, openSync, writeSync } from 'node:fs';
import { RdmError } from '../base/errors.js';
import { cell, Listing } from './listing.js';
import { blocksOf, type MatrixPlace, readRawRows, readRows } from './matrix.js';

/** Vectors, the table of their images, and what they are of. */
export interface Finished {
  matrix: MatrixPlace;
  listing: string;
  about: string;
  labelled: boolean;
}

export type Format = 'npy' | 'csv' | 'safetensors' | 'parquet';

const mostMetadata = 100_000_000; // bytes of a header of safetensors

/** Whole, or it throws. */
export async function writeAs(
  format: Exclude<Format, 'npy'>,
  path: string,
  finished: Finished,
): Promise<void> {
  if (format === 'parquet') return writeParquet(path, finished);
  const file = openSync(path, 'w');
  try {
    if (format === 'csv') writeCsv(file, finished);
    else writeSafetensors(file, path, finished);
  } finally {
    closeSync(file);
  }
}

const imagesOf = (listing: Listing, first: number, count: number) =>
  Array.from({ length: count }, (_, row) => listing.at(first + row));

const decimal = (value: number) => {
  const text = String(Number(value.toPrecision(9)));
  return /^-?\d+$/.test(text) ? `${text}.0` : text; // readers take a column's type from its first rows
};

/** Columns path, label where there are labels, and 0, 1, …: nine digits give a float32 back as it was. */
function writeCsv(file: number, { matrix, listing, labelled }: Finished): void {
  const numbers = Array.from({ length: matrix.dim }, (_, index) => index);
  writeSync(file, `${['path', ...(labelled ? ['label'] : []), ...numbers].join(',')}\n`);
  const listed = Listing.read(listing);
  for (const { first, count } of blocksOf(matrix)) {
    const values = readRows(matrix, first, count);
    const lines = imagesOf(listed, first, count).map(({ path, label = '' }, row) => {
      const some = values.subarray(row * matrix.dim, (row + 1) * matrix.dim);
      const texts = Array.from(some, decimal);
      return [cell(path), ...(labelled ? [cell(label)] : []), ...texts].join(',');
    });
    writeSync(file, `${lines.join('\n')}\n`);
  }
}

/** One tensor, `features`; paths, labels and what they are of are JSON in its metadata. */
function writeSafetensors(
  file: number,
  path: string,
  { matrix, listing, about, labelled }: Finished,
): void {
  const images = imagesOf(Listing.read(listing), 0, matrix.rows);
  const dtype = matrix.dtype === 'float16' ? 'F16' : 'F32';
  const bytes = matrix.rows * matrix.dim * (dtype === 'F16' ? 2 : 4);
  const header = JSON.stringify({
    __metadata__: {
      rdm: JSON.stringify(JSON.parse(about)),
      paths: JSON.stringify(images.map((image) => image.path)),
      ...(labelled && { labels: JSON.stringify(images.map(({ label }) => label)) }),
    },
    features: { dtype, shape: [matrix.rows, matrix.dim], data_offsets: [0, bytes] },
  });
  const text = Buffer.from(header);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > mostMetadata) {
    throw new RdmError(
      'bad_output',
      `cannot write ${path}: the paths of its images take over ${mostMetadata} bytes, the most of safetensors`,
      'choose .npy or .parquet',
    );
  }
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(length));
  writeSync(file, prefix);
  writeSync(file, Buffer.concat([text, Buffer.alloc(length - text.length, ' ')]));
  for (const { first, count } of blocksOf(matrix))
    writeAll(file, readRawRows(matrix, first, count));
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

/** Columns path, label where there are labels, and features: a list of floats. */
async function writeParquet(
  path: string,
  { matrix, listing, about, labelled }: Finished,
): Promise<void> {
  const { fileWriter, ParquetWriter } = await import('hyparquet-writer'); // loads only where it writes
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
  const element =
    matrix.dtype === 'float16'
      ? ({
          type: 'FIXED_LEN_BYTE_ARRAY',
          type_length: 2,
          logical_type: { type: 'FLOAT16' },
        } as const)
      : ({ type: 'FLOAT' } as const);
  const writer = fileWriter(path);
  const parquet = new ParquetWriter({
    writer,
    schema: [
      { name: 'root', num_children: labelled ? 3 : 2 },
      { name: 'path', ...text },
      ...(labelled ? [{ name: 'label', ...text }] : []),
      { name: 'features', num_children: 1, converted_type: 'LIST', repetition_type: 'REQUIRED' },
      { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
      { name: 'element', ...element, repetition_type: 'REQUIRED' },
    ],
    kvMetadata: [{ key: 'rdm', value: about }],
    statistics: false,
    createdBy: 'rdm',
  });
  const listed = Listing.read(listing);
  for (const { first, count } of blocksOf(matrix)) {
    const values = readRows(matrix, first, count);
    const images = imagesOf(listed, first, count);
    const rows = images.map((_, row) =>
      Array.from(values.subarray(row * matrix.dim, (row + 1) * matrix.dim)),
    );
    await parquet.write({
      columnData: [
        { name: 'path', data: images.map((image) => image.path) },
        ...(labelled ? [{ name: 'label', data: images.map(({ label = '' }) => label) }] : []),
        { name: 'features', data: rows, codec: 'UNCOMPRESSED' },
      ],
      rowGroupSize: count,
    });
  }
  parquet.finish();
}
