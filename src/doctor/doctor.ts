// Checks an installation and its machine before a run fails on them. It gives facts; the command line words them.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonPath } from '../native/addon.js';
import { waitingIn } from '../native/waiting.js';
import type { Check, CheckName, Diagnosis, DoctorOptions } from '../types/doctor.js';
import type { Environment } from '../types/results.js';

const gibibyte = 2 ** 30;
const leastMemory = gibibyte;
/** A few checkpoints: of resnet50 with its momenta, one takes a quarter of a gibibyte. */
const leastDisk = 2 * gibibyte;
/** A container's default; processes on one machine meet there. */
const leastSharedMemory = 2 ** 26;

/** Never throws: what is wrong is in the diagnosis. The addon is loaded in a child process. */
export function doctor({ output = '.' }: DoctorOptions = {}): Diagnosis {
  const { environment, checks } = probe(addonPath());
  return {
    environment,
    checks: [
      ...checks,
      ...(environment ? checkEnvironment(environment) : []),
      checkMemory(),
      ...checkSharedMemory(),
      checkDisk(resolve(output)),
    ],
  };
}

const check = (level: Check['level'], name: CheckName, values: Check['values'] = {}): Check => ({
  name,
  level,
  values,
});

const script = fileURLToPath(new URL('../../dist/doctor/probe.js', import.meta.url));

function probe(path: string): Diagnosis {
  const problem = (name: CheckName, values: Check['values'] = {}) => ({
    environment: null,
    checks: [check('problem', name, { path, ...values })],
  });
  if (!existsSync(path)) return problem('addon_missing');
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    const reason = signal ?? `exit code ${status}`;
    return problem('addon_crashed', { reason, said: stderr.trim() });
  }
  const { environment, refusal } = JSON.parse(stdout) as {
    environment?: Environment;
    refusal?: { reason: string; hint: string };
  };
  if (!environment) return problem('addon_broken', refusal);
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const built = environment.version;
  // A checkout's TypeScript may be newer than its addon, under the same version.
  if (built !== version || environment.cuda?.missing === undefined)
    return problem('addon_stale', { built, version });
  return { environment, checks: [check('ok', 'addon', { path, version })] };
}

function checkEnvironment(environment: Environment): Check[] {
  const { libtorch, cpu, bf16, cuda, codecs, backends } = environment;
  return [
    check('ok', 'libtorch', { version: libtorch, cuda: cuda.built ?? '' }),
    checkDevice(cuda),
    check('ok', 'cpu', { capability: cpu, bf16 }),
    checkThreads(environment.threads),
    checkWaiting(),
    ...checkLoad(),
    ...checkCodecs(codecs),
    check('ok', 'backends', { ...backends }),
    ...(cuda.built && !backends.nccl ? [checkWithoutNccl(cuda)] : []),
  ];
}

function checkDevice({ devices, missing }: Environment['cuda']): Check {
  if (!missing) return check('ok', 'gpu', { devices });
  const { unused, ...why } = missing;
  return unused ? check('problem', 'gpu_unused', why) : check('note', 'gpu_missing', why);
}

/** Runs on several GPUs take NCCL unless they are told otherwise. */
const checkWithoutNccl = ({ devices }: Environment['cuda']) =>
  check(devices > 1 ? 'problem' : 'note', 'nccl_missing');

/** More threads than processors wait for each other, and a step takes many times as long. */
function checkThreads(threads: number): Check {
  const processors = availableParallelism();
  const values = { threads, processors, variable: process.env.OMP_NUM_THREADS ?? '' };
  if (threads > processors) return check('problem', 'threads_many', values);
  return threads < processors
    ? check('note', 'threads_few', values)
    : check('ok', 'threads', values);
}

/** Threads that spin take processors from those that they wait for, where there are not enough for all. */
function checkWaiting(): Check {
  const set = waitingIn(process.env) ?? '';
  return /=active$/i.test(set)
    ? check('note', 'waiting_spins', { set })
    : check('ok', 'waiting', { set });
}

/** The mean over a minute of what ran or wanted to; zero where the system keeps none. */
function checkLoad(): Check[] {
  const [load = 0] = loadavg();
  const processors = availableParallelism();
  return load > processors / 2 ? [check('note', 'busy', { load, processors })] : [];
}

function checkCodecs({ jpegHuffman, ...codecs }: Environment['codecs']): Check[] {
  const names = (there: boolean) =>
    Object.entries(codecs)
      .flatMap(([name, has]) => (has === there ? [name] : []))
      .join(', ');
  const missing = names(false);
  return [
    check('ok', 'codecs', { names: names(true) }),
    ...(missing ? [check('note', 'codecs_missing', { names: missing })] : []),
    ...(jpegHuffman ? [] : [check('note', 'jpeg_slow')]),
  ];
}

function checkMemory(): Check {
  const values = { free: freemem(), total: totalmem() };
  return values.free < leastMemory
    ? check('problem', 'memory_low', values)
    : check('ok', 'memory', values);
}

function checkSharedMemory(): Check[] {
  if (!existsSync('/dev/shm')) return []; // not on macOS
  const values = { free: freeSpace('/dev/shm') };
  if (values.free <= leastSharedMemory) return [check('note', 'shared_memory_low', values)];
  return [check('ok', 'shared_memory', values)];
}

function checkDisk(output: string): Check {
  const folder = existing(output);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    return check('problem', 'output_unwritable', { output, reason: (error as Error).message });
  }
  const values = { output, free: freeSpace(folder) };
  return values.free < leastDisk
    ? check('problem', 'disk_low', values)
    : check('ok', 'disk', values);
}

/** The folder, or the nearest above it that is there. */
function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(dirname(folder));
}

function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
