// The processes of a sweep: this program once more for each run.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { RunEnd } from '../../index.js';
import { exitCodeOf, exitCollapsed, stopping } from './signals.js';

const timeIsUp = 124;
const stopped = [...stopping.map(exitCodeOf), timeIsUp];

/**
 * Starts runs, `jobs` of which share the processors. Each has a session of its own, so that what is typed at the
 * terminal reaches it through this process alone, and a channel, by which it notices that this process is gone and
 * saves. Aborting asks all of them to save and stop.
 */
export function runStarter(jobs: number, signal: AbortSignal): (args: string[]) => Promise<RunEnd> {
  const threads = Math.max(Math.floor(availableParallelism() / jobs), 1);
  const env = { ...process.env, OMP_NUM_THREADS: process.env.OMP_NUM_THREADS || `${threads}` };
  return (args) => {
    const [, program = ''] = process.argv;
    const stdio = ['ignore' as const, 'ignore' as const, 'pipe' as const, 'ipc' as const];
    const child = fork(program, args, { detached: true, env, stdio });
    let told = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told = `${told}${text}`.slice(-10_000);
    });
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, by) => {
        signal.removeEventListener('abort', stop);
        resolve(endOf(code, by, told, signal.aborted));
      });
    });
  };
}

function endOf(
  code: number | null,
  by: NodeJS.Signals | null,
  told: string,
  aborted: boolean,
): RunEnd {
  if (code === 0) return { outcome: 'done' };
  if (code === exitCollapsed) return { outcome: 'collapsed' };
  if (stopped.includes(code ?? -1) || (aborted && by === 'SIGTERM')) return { outcome: 'stopped' };
  if (by) return { outcome: 'failed', reason: `it was killed by ${by}` };
  return { outcome: 'failed', reason: lastMessage(told) || `it ended with exit code ${code}` };
}

/** 'rdm: no space left' and the hint below it. */
function lastMessage(told: string): string {
  const lines = told.trimEnd().split('\n');
  const at = lines.findLastIndex((line) => line.startsWith('rdm: '));
  return at < 0 ? '' : [lines[at]?.slice('rdm: '.length), ...lines.slice(at + 1)].join('; ');
}
