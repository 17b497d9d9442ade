// The datasets that can be downloaded: CIFAR-10, CIFAR-100 and STL-10, as their authors publish them.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RdmError, writing } from '../base/errors.js';
import { oneOf } from '../options/check.js';
import { fetchable } from '../types/choices.js';
import type { FetchOptions, FetchSummary } from '../types/datasets.js';
import type { Control, ProgressEvent } from '../types/events.js';
import { download } from './download.js';
import { unpack } from './unpack.js';

/**
 * Addresses and checksums as https://www.cs.toronto.edu/~kriz/cifar.html and torchvision's STL10 give them; the bytes
 * that an archive, and what is in it, may have: nearly three times those of the authors.
 */
const archives = {
  cifar10: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    folder: 'cifar-10-batches-bin',
    most: 2 ** 29,
  },
  cifar100: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    md5: '03b5dce01913d631647c71ecec9e9cb8',
    folder: 'cifar-100-binary',
    most: 2 ** 29,
  },
  stl10: {
    url: 'https://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz',
    md5: '91f7769df0f17e558f3565bffb0c7dfb',
    folder: 'stl10_binary',
    most: 2 ** 33,
  },
} as const;

/**
 * Downloads the archive of a dataset, verifies and unpacks it; does nothing where it is there already.
 * Progress counts bytes. Aborting keeps what has come, for the next call to go on from.
 */
export async function fetchDataset(
  options: FetchOptions,
  control: Control<ProgressEvent> = {},
): Promise<FetchSummary> {
  const known = archives[oneOf('dataset', options.dataset, fetchable)];
  const output = resolve(options.output);
  const path = join(output, known.folder);
  if (existsSync(path)) return { outcome: 'present', path };
  const archive = `${path}.tar.gz.part`;
  try {
    await writing(output, () => mkdir(output, { recursive: true }));
    const url = address(options.url ?? known.url);
    const sum = { of: 'md5' as const, hex: options.md5 ?? known.md5 };
    const wanted = { url, sum, most: known.most, address: '--url URL', otherSum: '--md5 HEX' };
    await download(wanted, archive, control);
  } catch (error) {
    if (control.signal?.aborted) return { outcome: 'stopped', path };
    throw error;
  }
  await unpack(archive, known.folder, output, known.most);
  return { outcome: 'done', path };
}

function address(url: string): string {
  if (URL.canParse(url) && /^https?:/i.test(url)) return url;
  throw new RdmError('usage', `not an address: ${url}`, 'it begins with https:// or http://');
}
