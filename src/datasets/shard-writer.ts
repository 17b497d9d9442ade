// Shards as WebDataset has them: tar archives whose members with one key, the name up to the first dot, are an image
// and its label. The same samples make the same bytes.
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Header, Pax } from 'tar';
import { RdmError, writing } from '../base/errors.js';

export interface Sample {
  /** A path without its extension; of what no key can be, something else takes its place. */
  name: string;
  /** Of the image, without a dot. */
  extension: string;
  bytes: Uint8Array;
  label?: { name: string; number?: number | undefined } | undefined;
  /** For messages. */
  origin: string;
}

const block = 512;

/** Writes `PREFIX-000000.tar` and on into a folder, each of at most `size` bytes but for one image that has more. */
export class ShardWriter {
  readonly names: string[] = [];
  images = 0;
  readonly #folder: string;
  readonly #prefix: string;
  readonly #size: number;
  #file: FileHandle | undefined;
  #written = 0;
  #keys = new Set<string>();
  #labelled: boolean | undefined;

  constructor(folder: string, prefix: string, size: number) {
    this.#folder = folder;
    this.#prefix = prefix;
    this.#size = size;
  }

  async add(sample: Sample): Promise<void> {
    const { label } = sample;
    this.#labelled ??= label !== undefined;
    if (this.#labelled !== (label !== undefined)) {
      throw new RdmError(
        'bad_data',
        `${sample.origin} has ${label ? 'a' : 'no'} label, unlike the images before it`,
        'label every image, or none',
      );
    }
    let key = keyOf(sample.name);
    let members = membersOf(key, sample);
    const bytes = members.reduce((sum, part) => sum + part.length, 0);
    if (!this.#file || (this.#written > 0 && this.#written + bytes + 2 * block > this.#size)) {
      await this.#next();
    }
    for (let again = 2; this.#keys.has(key); again += 1) {
      key = `${keyOf(sample.name)}-${again}`;
      members = membersOf(key, sample);
    }
    this.#keys.add(key);
    this.images += 1;
    await this.#write(members);
  }

  /** Ends the last shard. */
  async close(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    await this.#write([Buffer.alloc(2 * block)]);
    this.#file = undefined;
    await writing(this.#path(), () => file.sync().finally(() => file.close()));
  }

  /** Leaves it unfinished. */
  async abandon(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #path = () => join(this.#folder, this.names.at(-1) ?? '');

  async #next(): Promise<void> {
    await this.close();
    this.names.push(`${this.#prefix}-${String(this.names.length).padStart(6, '0')}.tar`);
    this.#file = await writing(this.#path(), () => open(this.#path(), 'wx'));
    this.#written = 0;
    this.#keys = new Set();
  }

  async #write(parts: Uint8Array[]): Promise<void> {
    const file = this.#file as FileHandle;
    const bytes = Buffer.concat(parts);
    await writing(this.#path(), async () => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done);
        done += bytesWritten;
      }
    });
    this.#written += bytes.length;
  }
}

/** Keys end at the first dot of a file's name, and no part of one leads out of an archive. */
function keyOf(name: string): string {
  const parts = name.split('/').filter((part) => part && part !== '.' && part !== '..');
  const file = parts.pop() ?? '';
  return [...parts, file.replaceAll('.', '_') || '_']
    .join('/')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029\uFFFD]/gu, '_');
}

function membersOf(key: string, { extension, bytes, label }: Sample): Uint8Array[] {
  const image = member(`${key}.${extension}`, bytes);
  if (!label) return image;
  const { name, number } = label;
  const json = member(`${key}.json`, Buffer.from(JSON.stringify({ label: name })));
  if (number === undefined) return [...image, ...json];
  return [...image, ...member(`${key}.cls`, Buffer.from(String(number))), ...json];
}

function member(path: string, bytes: Uint8Array): Uint8Array[] {
  const told = { path, size: bytes.length };
  const header = new Header({
    ...told,
    type: 'File',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
  });
  const head = Buffer.alloc(block);
  const long = header.encode(head) || !/^[\x20-\x7e]*$/.test(path);
  const padding = Buffer.alloc((block - (bytes.length % block)) % block);
  return [...(long ? [new Pax(told).encode()] : []), head, bytes, padding];
}
