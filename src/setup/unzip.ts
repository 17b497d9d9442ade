// Unpacks the shared libraries of PyTorch's archive of LibTorch.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Entry, Options, ZipFile } from 'yauzl';
import { RdmError } from '../base/errors.js';

/** What running needs: the archive's libtorch/lib, without folders in it, and the file that tells the version. */
const wanted = /^libtorch\/(lib\/[^/]+\.(so|dylib)[^/]*|build-version)$/;

/** Writes those files below `output`; no name in the archive leads elsewhere. Rejects with `download`. */
export async function unzipLibraries(archive: string, output: string): Promise<void> {
  try {
    const { open } = await import('yauzl'); // loads only where it is used
    const options = { lazyEntries: true, autoClose: false };
    const zip = await promisify<string, Options, ZipFile>(open)(archive, options);
    try {
      for await (const entry of entries(zip)) {
        const [, name = ''] = wanted.exec(entry.fileName) ?? [];
        if (name) await write(zip, entry, join(output, name));
      }
    } finally {
      zip.close();
    }
  } catch (cause) {
    throw new RdmError(
      'download',
      `cannot unpack ${archive}: ${(cause as Error).message}`,
      'free some gigabytes there and run it again; if the file is no zip archive, remove it',
      { cause },
    );
  }
}

/** One at a time, as each is asked for. */
async function* entries(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      zip.once('entry', resolve);
      zip.once('end', () => resolve(undefined));
      zip.once('error', reject);
      zip.readEntry();
    }).finally(() => zip.removeAllListeners());
    if (!entry) return;
    yield entry;
  }
}

async function write(zip: ZipFile, entry: Entry, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const stream = await promisify(zip.openReadStream.bind(zip) as typeof openEntry)(entry);
  await pipeline(stream, createWriteStream(path, { mode: 0o755 }));
}

declare function openEntry(
  entry: Entry,
  done: (error: Error | null, stream: NodeJS.ReadableStream) => void,
): void;
