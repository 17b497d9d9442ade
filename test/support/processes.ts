// Runs of several processes on a few real images, and what is done to them on the way.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { synthesize } from 'rdm-ssl';
import { quickFlags, scratch } from './folders.js';
import { type Result, rdm } from './rdm.js';

/** Real images where RDM_DATA has CIFAR-10, else drawn ones; and what to call them. */
export async function images(): Promise<{ data: string; name: string }> {
  const { RDM_DATA } = process.env;
  if (RDM_DATA) return { data: join(RDM_DATA, 'cifar10'), name: 'CIFAR-10' };
  const data = join(scratch(), 'shapes');
  await synthesize({ output: data, trainPerClass: 5, valPerClass: 2, size: 40, seed: 1 });
  return { data, name: 'drawn images, as RDM_DATA is not set' };
}

/** Two steps an epoch on four images a class. */
export const few = [
  ...[...quickFlags, '-b', '16', '--images-per-class', '4', '-j', '4'],
  ...['--dim', '64', '--pred-dim', '32', '--seed', '3', '-p', '1', '--device', 'cpu', '--json'],
];

/** The processes that `parent` has started, by rank. */
export function ranksOf(parent: number): number[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
  const ranks: number[] = [];
  for (const pid of children.split(' ').filter(Boolean).map(Number)) {
    const [, rank] = /(?:^|\0)RANK=(\d+)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? [];
    if (rank) ranks[Number(rank)] = pid;
  }
  return ranks;
}

/** One that has ended but was not waited for does not run. */
export function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export interface Fault {
  rank: number;
  signal: 'SIGKILL' | 'SIGSTOP' | 'SIGTERM';
  /** After so many steps of the run, and so many milliseconds. */
  steps: number;
  delay: number;
}

export interface Disturbed extends Result {
  /** From the fault until the process that started the others has ended. */
  seconds: number;
  /** Of each rank at the time of the fault. */
  pids: number[];
  /** Those that were left behind. */
  left: number[];
}

export const stepsIn = (stdout: string): number => stdout.split('"type":"step"').length - 1;

/** rdm with these arguments, and with a signal to one of its ranks on the way. */
export async function disturb(fault: Fault, args: string[]): Promise<Disturbed> {
  let pids: number[] | undefined;
  let at = 0;
  const strike = (parent: number) => {
    pids = ranksOf(parent);
    process.kill(pids[fault.rank] ?? Number.NaN, fault.signal);
    at = performance.now();
  };
  let waiting = false;
  const result = await rdm(args, {
    onStdout: ({ pid = 0 }, stdout) => {
      if (waiting || stepsIn(stdout) < fault.steps) return;
      waiting = true;
      setTimeout(strike, fault.delay, pid);
    },
  });
  if (!pids) throw new Error(`it ended before the fault:\n${result.stderr}`);
  const seconds = (performance.now() - at) / 1000;
  return { ...result, seconds, pids, left: pids.filter(runs) };
}

/** The last loss of an epoch that a run reported. */
export const lossOf = (stdout: string): number =>
  JSON.parse(stdout.split('\n').findLast((line) => line.includes('"type":"epoch"')) ?? '').loss;

/** A port of loopback that nobody has. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The variables of torch's env://. */
export const placed = (rank: number, worldSize: number, port: number) => ({
  ...{ RANK: `${rank}`, WORLD_SIZE: `${worldSize}` },
  ...{ MASTER_ADDR: '127.0.0.1', MASTER_PORT: `${port}` },
});
