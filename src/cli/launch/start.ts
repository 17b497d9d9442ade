// The processes of one attempt, with the variables that torchrun would give them.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { type Child, startChild } from './child.js';
import { type Launch, launched } from './plan.js';
import type { Environment } from './variables.js';

export async function startAll(asked: Launch, attempt: number, args: string[]): Promise<Child[]> {
  const { processes, place } = asked;
  const shared = { ...process.env, ...(await sharedVariables(asked, attempt)) };
  return Array.from({ length: processes }, (_, localRank) => {
    const rank = (place?.rank ?? 0) * processes + localRank;
    return startChild(rank, args, { ...shared, RANK: `${rank}`, LOCAL_RANK: `${localRank}` });
  });
}

async function sharedVariables(
  { processes, place }: Launch,
  attempt: number,
): Promise<Environment> {
  const threads = Math.max(Math.floor(availableParallelism() / processes), 1);
  // Another port for each attempt: what is left of the one before may still be at the old one.
  const port = place ? place.port + attempt : await freePort();
  return {
    [launched]: '1',
    WORLD_SIZE: `${(place?.worldSize ?? 1) * processes}`,
    LOCAL_WORLD_SIZE: `${processes}`,
    MASTER_ADDR: place?.host ?? '127.0.0.1',
    MASTER_PORT: `${port}`,
    TORCHELASTIC_RUN_ID: place?.run ?? 'rdm',
    TORCHELASTIC_RESTART_COUNT: `${(place?.attempt ?? 0) + attempt}`,
    OMP_NUM_THREADS: process.env.OMP_NUM_THREADS || `${threads}`,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
