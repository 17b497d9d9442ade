// Unpacks a downloaded archive: ordinary files and folders, and no more of them than a limit.
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadEntry } from 'tar';
import { RdmError } from '../base/errors.js';

/**
 * Unpacks the one folder of the archive, which may hold up to `most` bytes, into `output`. The folder appears
 * whole or not at all; the archive goes once it is unpacked. Rejects with `bad_output` or `download`.
 */
export async function unpack(
  archive: string,
  folder: string,
  output: string,
  most: number,
): Promise<void> {
  const { extract } = await import('tar'); // loads only where it is used
  const scratch = await mkdtemp(join(output, '.unpacking-'));
  const refused = new Set<string>();
  try {
    const { size } = await stat(archive);
    await extract({
      file: archive,
      cwd: scratch,
      strict: true,
      preserveOwner: false,
      maxDecompressionRatio: most / size, // so that no more than `most` bytes come out
      filter: (_, entry) => {
        const { type } = entry as ReadEntry;
        const mode = { File: 0o644, Directory: 0o755 }[type as string];
        if (!mode) refused.add(type);
        entry.mode = mode ?? 0; // the archive's may let anybody become the owner (setuid)
        return mode !== undefined;
      },
    });
  } catch (cause) {
    await rm(scratch, { recursive: true });
    throw new RdmError(
      'bad_output',
      `cannot unpack ${archive}: ${(cause as Error).message}`,
      `make sure that ${most / 2 ** 30} GiB are free and run it again; if the file is no tar.gz, remove it`,
      { cause },
    );
  }
  await rm(archive);
  const found = existsSync(join(scratch, folder));
  const good = found && refused.size === 0;
  if (good) await rename(join(scratch, folder), join(output, folder));
  await rm(scratch, { recursive: true });
  if (good) return;
  const advice = "give the address of the authors' binary archive";
  if (found) {
    const types = [...refused].join(' and a ');
    throw new RdmError(
      'download',
      `the archive holds a ${types}, where only files and folders belong; it was removed`,
      advice,
    );
  }
  throw new RdmError('download', `the archive has no folder ${folder}; it was removed`, advice);
}
