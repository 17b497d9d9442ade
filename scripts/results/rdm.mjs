// The command line, as scripts of results call it.
import { spawnSync } from 'node:child_process';

/** What `rdm ARGS` printed. Ends this process where it fails. */
export function rdm(args) {
  console.error(`rdm ${args.join(' ')}`);
  const { status, stdout } = spawnSync(process.execPath, ['bin/rdm.js', ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}
