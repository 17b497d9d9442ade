// Variables of the environment that place a process, read and checked.
import { RdmError } from '../../index.js';

export type Environment = Record<string, string | undefined>;

/** One of several processes, and where they meet. */
export interface Place {
  rank: number;
  worldSize: number;
  localRank: number;
  localWorldSize: number;
  host: string;
  port: number;
  /** Whether this process holds the store there. */
  serve: boolean;
  /** The run among those that may share the store, and the attempt at it. */
  run: string;
  attempt: number;
}

/** The keys of one attempt: a restart meets nothing of the one before. */
export const prefixOf = ({ run, attempt }: Place): string => `${run}/${attempt}`;

export function text(env: Environment, name: string, others: string): string {
  const value = env[name];
  if (value) return value;
  throw new RdmError(
    'usage',
    `${name} is not set, where ${others} is`,
    'set all variables of torchrun or srun, or none of them',
  );
}

export function count(env: Environment, name: string, others: string): number {
  const value = text(env, name, others);
  if (/^\d+$/.test(value)) return Number(value);
  throw new RdmError('usage', `the variable ${name} must be a whole number, not '${value}'`);
}

/** `rank` counts from 0 and stays below `size`. */
export function checkRank(env: Environment, rank: string, size: string): void {
  if (Number(env[rank]) >= Number(env[size])) contradict(env, rank, size);
}

export function contradict(env: Environment, name: string, other: string): never {
  throw new RdmError(
    'usage',
    `${name}=${env[name]} contradicts ${other}=${env[other]}`,
    'ranks count from 0; unset what another program left there',
  );
}

export function portOf(value: string, where: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1 && port <= 65_535) return port;
  throw new RdmError('usage', `${where} has no port from 1 to 65535: '${value}'`);
}
