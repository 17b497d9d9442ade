// Where this process stands among those of a run, or this machine, where it starts several: as the flags
// say, with the reference's meaning, or else the variables of whoever started it.
import { noUrl, RdmError } from '../../index.js';
import type { ProcessFlags } from '../flags/flags.js';
import { type Environment, type Place, portOf, slurmPlace, torchrunPlace } from './variables.js';

const alone = { rank: 0, worldSize: 1, localRank: 0, localWorldSize: 1, run: 'rdm', attempt: 0 };

/** Undefined where neither flags nor variables place this process. */
export function placeOf(flags: ProcessFlags, env: Environment): Place | undefined {
  const { distUrl } = flags;
  const byHand = flags.worldSize !== -1 || flags.rank !== -1 ? numbered(flags, env) : undefined;
  if (distUrl === 'env://') return inVariables(env, byHand);
  if (distUrl !== noUrl) {
    const who = byHand ?? inEnvironment(env) ?? alone;
    return { ...who, ...parseUrl(distUrl), serve: who.rank === 0 };
  }
  if (!byHand) return inEnvironment(env);
  if (byHand.worldSize === 1) return undefined;
  throw new RdmError(
    'usage',
    `--world-size ${byHand.worldSize} needs a place to meet`,
    'add --dist-url tcp://HOST:PORT, an address of machine 0 and a free port there',
  );
}

/** torchrun within a job step comes before srun: its RANK is there too. */
function inEnvironment(env: Environment): Place | undefined {
  return env.RANK ? torchrunPlace(env) : (slurmPlace(env) ?? torchrunPlace(env));
}

function inVariables(env: Environment, byHand: typeof alone | undefined): Place {
  const { rank, worldSize } = byHand ?? {};
  const place = byHand
    ? torchrunPlace({ ...env, RANK: String(rank), WORLD_SIZE: String(worldSize) })
    : inEnvironment(env);
  if (place) return place;
  throw new RdmError(
    'usage',
    '--dist-url env:// finds neither RANK and WORLD_SIZE, nor the variables of a step of srun',
    'start it by torchrun or srun, or give --dist-url tcp://HOST:PORT, --world-size and --rank',
  );
}

/** The place by --world-size and --rank; one of several needs both. */
function numbered(flags: ProcessFlags, env: Environment): typeof alone {
  const worldSize = flags.worldSize === -1 ? 1 : flags.worldSize;
  const rank = flags.rank === -1 && worldSize === 1 ? 0 : flags.rank;
  if (env.TORCHELASTIC_RUN_ID) {
    throw new RdmError(
      'usage',
      'torchrun has numbered this process, and --world-size and --rank number it again',
      'leave both out',
    );
  }
  if (worldSize < 1) {
    throw new RdmError('usage', `--world-size must be at least 1, not ${worldSize}`);
  }
  if (rank >= 0 && rank < worldSize) return { ...alone, rank, worldSize };
  throw new RdmError(
    'usage',
    rank === -1
      ? `--world-size ${worldSize} needs the number of this machine`
      : `--rank ${rank} is not among ${worldSize}`,
    `pass --rank from 0 to ${worldSize - 1}`,
  );
}

function parseUrl(url: string): Pick<Place, 'host' | 'port'> {
  const [, host, port] = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):([^/]*)\/?$/.exec(url) ?? [];
  if (host && port) {
    return { host: host.replace(/^\[|\]$/g, ''), port: portOf(port, '--dist-url') };
  }
  throw new RdmError(
    'usage',
    `--dist-url cannot be '${url}'`,
    'it is tcp://HOST:PORT, or env:// for the variables of torchrun or Slurm',
  );
}
