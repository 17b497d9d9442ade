// Runs the command line as a user does, in a process of its own; or in this one.
import { type ChildProcess, spawn } from 'node:child_process';
import { mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../../dist/cli/main.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const bin = fileURLToPath(new URL('../../bin/rdm.js', import.meta.url));

export interface Result {
  code: number | null;
  /** The signal that ended the process, where one did. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** What stands on standard input. */
  input?: string;
  /** Called with the child and all of stdout so far, whenever there is more. */
  onStdout?: (child: ChildProcess, stdout: string) => void;
}

/** rdm with these arguments; never rejects. */
export function rdm(args: string[], options: RunOptions = {}): Promise<Result> {
  return run(process.execPath, [bin, ...args], options);
}

/** The same in this process, which is quick: for lines that end before anything runs. */
export async function rdmHere(
  args: string[],
  { env = {} }: { env?: Record<string, string> } = {},
): Promise<Result> {
  const before = { ...process.env };
  const heard = { log: '', error: '' };
  const streams = (['log', 'error'] as const).map((name) =>
    mock.method(console, name, (text: string) => {
      heard[name] += `${text}\n`;
    }),
  );
  Object.assign(process.env, env);
  process.exitCode = undefined;
  try {
    await main([process.execPath, bin, ...args]);
    return {
      ...{ code: Number(process.exitCode ?? 0), signal: null },
      ...{ stdout: heard.log, stderr: heard.error },
    };
  } finally {
    process.exitCode = undefined;
    process.env = before;
    for (const stream of streams) stream.mock.restore();
    for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  }
}

export function run(
  command: string,
  args: string[],
  { cwd = root, env = {}, input, onStdout }: RunOptions = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
    if (input !== undefined) child.stdin.end(input);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      onStdout?.(child, stdout);
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
