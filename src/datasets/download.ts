// Downloads one file over HTTP, goes on where it was cut off, and verifies its checksum.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { RdmError, writing } from '../base/errors.js';
import type { Control, ProgressEvent } from '../types/events.js';

/** The connection failed; the file has what came before. */
class Cut extends RdmError {
  constructor(url: string, cause: unknown) {
    const { message, cause: reason } = cause as Error; // fetch hides the reason in its cause
    super(
      'download',
      `cannot fetch ${url}: ${(reason instanceof Error && reason.message) || message}`,
      'check the network and run it again: what has come is kept. Or unpack the archive there by hand',
      { cause },
    );
  }
}

/**
 * Fetches `url` to `path`, which may hold its first part already, and goes on by itself as long as each
 * attempt brings something. Rejects with `download` or `bad_output`, or as the signal says; what has
 * come is kept, unless it is over `most` bytes or its MD5 is wrong in the end.
 */
export async function download(
  url: string,
  path: string,
  md5: string,
  most: number,
  control: Control<ProgressEvent>,
): Promise<void> {
  while (!(await receive(url, path, most, control)));
  const found = await md5Of(path);
  if (found === md5) return;
  await rm(path);
  throw new RdmError(
    'download',
    `what ${url} sent has the MD5 checksum ${found}, not ${md5}; it was removed`,
    'run it again; where the address has another archive on purpose, pass its checksum: --md5 HEX',
  );
}

/** Makes one attempt; false where it was cut off and another may bring more. */
async function receive(
  url: string,
  path: string,
  most: number,
  control: Control<ProgressEvent>,
): Promise<boolean> {
  const before = await sizeOf(path);
  try {
    await request(url, path, before, most, control);
    return true;
  } catch (error) {
    control.signal?.throwIfAborted();
    if (error instanceof Cut && (await sizeOf(path)) > before) return false;
    throw error;
  }
}

/** Appends to what is there where the server sends the rest, else writes the file anew. */
async function request(
  url: string,
  path: string,
  start: number,
  most: number,
  { onEvent, signal }: Control<ProgressEvent>,
): Promise<void> {
  const headers = {
    'accept-encoding': 'identity', // the archive's own bytes
    ...(start > 0 && { range: `bytes=${start}-` }),
  };
  const response = await fetch(url, { headers, signal: signal ?? null }).catch((cause) => {
    throw new Cut(url, cause);
  });
  if (response.status === 416 && start > 0) return; // nothing is missing
  if (!response.ok || !response.body) throw refused(url, response);
  let done = response.status === 206 ? start : 0;
  const total = done + Number(response.headers.get('content-length'));
  if (total > most) await refuseLength(url, path, most);
  const file = await writing(path, () => open(path, done > 0 ? 'a' : 'w'));
  try {
    for await (const chunk of chunks(url, response.body)) {
      if (done + chunk.length > most) await refuseLength(url, path, most);
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

async function refuseLength(url: string, path: string, most: number): Promise<never> {
  await rm(path, { force: true });
  throw new RdmError(
    'download',
    `${url} sends more than ${most} bytes, which no archive of these datasets has; it was removed`,
    'check the address: --url URL',
  );
}

function refused(url: string, { status, statusText }: Response): RdmError {
  return new RdmError(
    'download',
    `${url} answered ${status} ${statusText}`,
    status < 500 ? 'check the address: --url URL' : 'the server is in trouble; try again later',
  );
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
