// Downloads one file over HTTP, goes on where it was cut off, and verifies its checksum.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { RdmError, writing } from '../base/errors.js';
import type { Control, ProgressEvent } from '../types/events.js';

/** What is fetched, and what a user is told to do where it is another. */
export interface Archive {
  url: string;
  sum: { of: 'md5' | 'sha256'; hex: string };
  /** Bytes; no more are taken. */
  most: number;
  /** How another address is given. */
  address: string;
  /** How the sum of another archive is given. */
  otherSum: string;
}

/** The connection failed; the file has what came before. */
class Cut extends RdmError {
  constructor(url: string, cause: unknown) {
    const { message, cause: reason } = cause as Error; // fetch hides the reason in its cause
    super(
      'download',
      `cannot fetch ${url}: ${(reason instanceof Error && reason.message) || message}`,
      'check the network and run it again: what has come is kept',
      { cause },
    );
  }
}

/**
 * Fetches an archive to `path`, which may hold its first part already, and goes on by itself as long as each
 * attempt brings something. Rejects with `download` or `bad_output`, or as the signal says; what has
 * come is kept, unless it is too long or its checksum is wrong in the end.
 */
export async function download(
  archive: Archive,
  path: string,
  control: Control<ProgressEvent>,
): Promise<void> {
  while (!(await receive(archive, path, control)));
  const { url, sum, otherSum } = archive;
  const found = await sumOf(path, sum.of);
  if (found === sum.hex) return;
  await rm(path);
  const name = { md5: 'MD5', sha256: 'SHA-256' }[sum.of];
  throw new RdmError(
    'download',
    `what ${url} sent has the ${name} checksum ${found}, not ${sum.hex}; it was removed`,
    `run it again; where the address has another archive on purpose, pass its checksum: ${otherSum}`,
  );
}

/** Makes one attempt; false where it was cut off and another may bring more. */
async function receive(
  archive: Archive,
  path: string,
  control: Control<ProgressEvent>,
): Promise<boolean> {
  const before = await sizeOf(path);
  try {
    await request(archive, path, before, control);
    return true;
  } catch (error) {
    control.signal?.throwIfAborted();
    if (error instanceof Cut && (await sizeOf(path)) > before) return false;
    throw error;
  }
}

/** Appends to what is there where the server sends the rest, else writes the file anew. */
async function request(
  archive: Archive,
  path: string,
  start: number,
  { onEvent, signal }: Control<ProgressEvent>,
): Promise<void> {
  const { url, most } = archive;
  const headers = {
    'accept-encoding': 'identity', // the archive's own bytes
    ...(start > 0 && { range: `bytes=${start}-` }),
  };
  const response = await fetch(url, { headers, signal: signal ?? null }).catch((cause) => {
    throw new Cut(url, cause);
  });
  if (response.status === 416 && start > 0) return; // nothing is missing
  if (!response.ok || !response.body) throw refused(archive, response);
  let done = response.status === 206 ? start : 0;
  const total = done + Number(response.headers.get('content-length'));
  if (total > most) await refuseLength(archive, path);
  const file = await writing(path, () => open(path, done > 0 ? 'a' : 'w'));
  try {
    for await (const chunk of chunks(url, response.body)) {
      if (done + chunk.length > most) await refuseLength(archive, path);
      await writing(path, () => file.writeFile(chunk));
      done += chunk.length;
      onEvent?.({ type: 'progress', done, total: Math.max(total, done) });
    }
  } finally {
    await file.close();
  }
}

async function* chunks(url: string, body: AsyncIterable<Uint8Array>) {
  try {
    yield* body;
  } catch (cause) {
    throw new Cut(url, cause);
  }
}

async function refuseLength({ url, most, address }: Archive, path: string): Promise<never> {
  await rm(path, { force: true });
  throw new RdmError(
    'download',
    `${url} sends more than ${most} bytes, which no such archive has; it was removed`,
    `check the address: ${address}`,
  );
}

function refused({ url, address }: Archive, { status, statusText }: Response): RdmError {
  return new RdmError(
    'download',
    `${url} answered ${status} ${statusText}`,
    status < 500 ? `check the address: ${address}` : 'the server is in trouble; try again later',
  );
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

async function sumOf(path: string, algorithm: Archive['sum']['of']): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
