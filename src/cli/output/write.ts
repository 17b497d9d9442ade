// Files that the line asks for beside what is printed.
import { writeFile } from 'node:fs/promises';
import { RdmError } from '../../index.js';

export async function writeResult(path: string, contents: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, contents);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RdmError(
      'bad_output',
      `cannot write ${path}: ${reason}`,
      'pass a file in a folder that exists and can be written',
      { cause },
    );
  }
}
