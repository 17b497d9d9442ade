// The checkpoints that a run has left since it was started.
import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** Of pretrain, also in the middle of an epoch, and of lincls. */
const pattern = /^checkpoint(_[\d-]+)?\.pth\.tar$/;

/** Call it for the newest file that was not there at this moment; an earlier run's are not this one's. */
export function checkpointsSince(folder: string): () => string | undefined {
  const before = times(folder);
  return () => {
    const [newest] = [...times(folder)]
      .filter(([path, time]) => before.get(path) !== time)
      .sort(([, one], [, other]) => other - one);
    return newest?.[0];
  };
}

function times(folder: string): Map<string, number> {
  try {
    const paths = readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => resolve(folder, name));
    return new Map(paths.map((path) => [path, statSync(path).mtimeMs]));
  } catch {
    return new Map(); // no folder yet
  }
}
