// A file of NumPy that holds one matrix: where its elements are, and some of its rows.
// Source: numpy.lib.format, versions 1.0 to 3.0.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { RdmError } from '../base/errors.js';
import type { VectorType } from '../types/choices.js';

/** As the addon takes it. */
export interface MatrixPlace {
  path: string;
  /** Of the elements, in bytes of the file. */
  begin: number;
  rows: number;
  dim: number;
  dtype: VectorType;
}

const types: Record<string, VectorType> = { '<f4': 'float32', '<f2': 'float16' };
const mostHeader = 1 << 16;

export const bytesOf = ({ dim, dtype }: MatrixPlace): number => dim * (dtype === 'float16' ? 2 : 4);

/** Throws `bad_data` for what is no matrix of float32 or float16, or not all there. */
export function readMatrixPlace(path: string): MatrixPlace {
  return reading(path, (file) => {
    const { size } = fstatSync(file);
    const first = readBytes(file, 0, Math.min(size, mostHeader));
    const text = headerOf(path, first);
    const [, type = ''] = /'descr':\s*'([^']+)'/.exec(text.header) ?? [];
    const [, rows = '', dim = ''] = /'shape':\s*\((\d+),\s*(\d+)\)/.exec(text.header) ?? [];
    const dtype = types[type];
    if (!dtype || !rows || !/'fortran_order':\s*False/.test(text.header)) {
      throw refused(path, 'it is no matrix of float32 or float16, row by row');
    }
    const place = { path, begin: text.end, rows: Number(rows), dim: Number(dim), dtype };
    if (place.rows < 1 || place.dim < 1) throw refused(path, 'it is empty');
    const missing = place.begin + place.rows * bytesOf(place) - size;
    if (missing > 0) throw refused(path, `its last ${missing} bytes are missing`);
    return place;
  });
}

function headerOf(path: string, bytes: Buffer): { header: string; end: number } {
  if (bytes.subarray(0, 6).toString('latin1') !== '\x93NUMPY' || bytes.length < 12) {
    throw refused(path, 'it is no file of NumPy');
  }
  const long = (bytes[6] ?? 0) > 1;
  const begin = long ? 12 : 10;
  const end = begin + (long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  if (end > bytes.length) throw refused(path, 'its header is cut short');
  return { header: bytes.subarray(begin, end).toString('latin1'), end };
}

/** Rows from `first` on, as float32. */
export function readRows(place: MatrixPlace, first: number, count: number): Float32Array {
  const width = bytesOf(place);
  const bytes = reading(place.path, (file) =>
    readBytes(file, place.begin + first * width, count * width),
  );
  if (place.dtype === 'float16') return fromHalf(bytes);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/** Rows as they are in the file. */
export function readRawRows(place: MatrixPlace, first: number, count: number): Buffer {
  const width = bytesOf(place);
  return reading(place.path, (file) => readBytes(file, place.begin + first * width, count * width));
}

/** Calls `work` with blocks of rows, of a few megabytes each. */
export function* blocksOf(place: MatrixPlace): Generator<{ first: number; count: number }> {
  const most = Math.max(1, Math.floor((4 << 20) / bytesOf(place)));
  for (let first = 0; first < place.rows; first += most) {
    yield { first, count: Math.min(most, place.rows - first) };
  }
}

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function fromHalf(bytes: Buffer): Float32Array {
  const out = new Float32Array(bytes.length / 2);
  for (let i = 0; i < out.length; ++i) {
    const bits = bytes.readUInt16LE(2 * i);
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f) out[i] = fraction ? Number.NaN : sign * Infinity;
    else if (exponent === 0) out[i] = sign * fraction * 2 ** -24;
    else out[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return out;
}

function readBytes(file: number, from: number, count: number): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(count)); // aligned, as a view of floats has to be
  let done = 0;
  while (done < count) {
    const got = readSync(file, bytes, done, count - done, from + done);
    if (got === 0) throw new Error('it was cut short');
    done += got;
  }
  return bytes;
}

function reading<Value>(path: string, work: (file: number) => Value): Value {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(file).isFile()) throw refused(path, 'it is no file');
    return work(file);
  } catch (error) {
    if (error instanceof RdmError) throw error;
    throw refused(path, (error as Error).message);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const refused = (path: string, reason: string) =>
  new RdmError(
    'bad_data',
    `cannot read the vectors of ${path}: ${reason}`,
    'pass a file that rdm embed -o FILE.npy wrote',
  );
