// A sweep as a job array of Slurm: a task for each run that is to be made.
import { spawnSync } from 'node:child_process';
import { RdmError } from '../../index.js';

interface ArrayJob {
  /** Of the runs, as the sweep numbers them. */
  tasks: number[];
  /** How many may run at once. */
  jobs: number;
  output: string;
  /** The command line of this process, to which the task is added. */
  args: string[];
}

/** Returns what sbatch said. Throws `usage` where there is none, or it refuses. */
export function submitArray({ tasks, jobs, output, args }: ArrayJob): string {
  const [node = '', program = ''] = process.argv;
  const command = [node, program, ...args].map(quoted).join(' ');
  const flags = [
    ...['--job-name', 'rdm-sweep', '--array', `${ranges(tasks)}%${jobs}`],
    ...['--output', `${output}/slurm-%A_%a.out`, '--signal', 'USR1@120', '--requeue'],
    ...['--wrap', `exec ${command} --task "$SLURM_ARRAY_TASK_ID"`],
  ];
  const { status, stdout, stderr, error } = spawnSync('sbatch', flags, { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  throw new RdmError(
    'usage',
    `sbatch took no array: ${(error?.message ?? stderr).trim()}`,
    'run it where Slurm is; partition, time and GPUs are set by SBATCH_PARTITION, SBATCH_TIMELIMIT, SBATCH_GPUS',
    { cause: error },
  );
}

/** 0, 1, 2, 5 → '0-2,5' */
export function ranges(numbers: number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

const quoted = (word: string) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
