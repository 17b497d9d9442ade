// torchrun's variables (torch.distributed.elastic); the four of torch's env:// suffice.
import {
  checkRank,
  contradict,
  count,
  type Environment,
  type Place,
  portOf,
  text,
} from './variables.js';

export function torchrunPlace(env: Environment): Place | undefined {
  const given = env.RANK ? 'RANK' : 'WORLD_SIZE';
  if (!env[given]) return undefined;
  const rank = count(env, 'RANK', given);
  const worldSize = count(env, 'WORLD_SIZE', given);
  checkRank(env, 'RANK', 'WORLD_SIZE');
  return {
    ...{ rank, worldSize },
    ...local(env),
    host: text(env, 'MASTER_ADDR', given),
    port: portOf(text(env, 'MASTER_PORT', given), 'MASTER_PORT'),
    serve: rank === 0 && env.TORCHELASTIC_USE_AGENT_STORE !== 'True', // Python's str(True)
    run: env.TORCHELASTIC_RUN_ID || 'rdm',
    attempt: Number(env.TORCHELASTIC_RESTART_COUNT) || 0,
  };
}

/** The only one on its machine where nothing else is said. */
function local(env: Environment) {
  if (!env.LOCAL_RANK && !env.LOCAL_WORLD_SIZE) return { localRank: 0, localWorldSize: 1 };
  const localRank = count(env, 'LOCAL_RANK', 'LOCAL_WORLD_SIZE');
  const localWorldSize = count(env, 'LOCAL_WORLD_SIZE', 'LOCAL_RANK');
  checkRank(env, 'LOCAL_RANK', 'LOCAL_WORLD_SIZE');
  if (localWorldSize > Number(env.WORLD_SIZE)) contradict(env, 'LOCAL_WORLD_SIZE', 'WORLD_SIZE');
  return { localRank, localWorldSize };
}
