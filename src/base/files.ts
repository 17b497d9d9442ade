// Files in the folder of a run. Others may have put anything there under their names: no link is followed, and
// nothing but a regular file is opened, as a pipe keeps its reader waiting and a device has no end.
import { closeSync, constants, fstatSync, openSync } from 'node:fs';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

const ways = { read: O_RDONLY, append: O_WRONLY | O_APPEND | O_CREAT };

/** Calls `use` with the file's descriptor and size, and closes it. Throws as the system says, or that it is no file. */
export function withFile<Value>(
  path: string,
  way: keyof typeof ways,
  use: (file: number, size: number) => Value,
): Value {
  const file = open(path, ways[way]);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw noFile();
    return use(file, status.size);
  } finally {
    closeSync(file);
  }
}

function open(path: string, way: number): number {
  try {
    return openSync(path, way | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    // A link, a pipe without a reader, a folder: the system's words for them say little.
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ELOOP' || code === 'ENXIO' || code === 'EISDIR' ? noFile() : error;
  }
}

const noFile = () => new Error('it is a link, a pipe, a device or a folder, not a file');
