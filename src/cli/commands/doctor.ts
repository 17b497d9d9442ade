// rdm doctor: looks the installation and the machine over, and says what to do about each problem.
import type { Command } from 'commander';
import { type Check, type CheckName, doctor, type FlagsOf } from '../../index.js';
import { addFlags } from '../flags/flags.js';
import { print, printJson } from '../output/print.js';

const notes = `
Exits 1 when there is a problem.

Examples:
  rdm doctor
  rdm doctor --output /data/runs --json`;

export function addDoctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .description('check the addon, devices, codecs, threads, memory and disk, and name the fixes');
  addFlags(command, 'doctor')
    .addHelpText('after', notes)
    .action(({ json, ...options }: FlagsOf<'doctor'>) => {
      const diagnosis = doctor(options);
      if (json) printJson(diagnosis);
      else print(diagnosis.checks.flatMap(checkLines));
      if (diagnosis.checks.some(({ level }) => level === 'problem')) process.exitCode = 1;
    });
}

type Values = Check['values'];
type Text = (values: Values) => [what: string, fix?: string];

const rebuild = 'build it: `npm run setup` in a checkout, `npx rdm setup` where it is installed';
const gibibytes = (bytes: unknown) => `${(Number(bytes) / 2 ** 30).toFixed(1)} GiB`;
const has = (values: Values) =>
  Object.entries(values)
    .map(([name, there]) => `${name}: ${there ? 'yes' : 'no'}`)
    .join(', ');

const texts: Record<CheckName, Text> = {
  addon: ({ path, version }) => [`addon ${version}, ${path}`],
  addon_missing: ({ path }) => [`the addon is not built: no ${path}`, rebuild],
  addon_broken: ({ reason, hint }) => [`${reason}`, `${hint}`],
  addon_crashed: ({ path, reason, said }) => [
    `the addon ends the process that loads it (${reason}): ${path}${said && `\n${said}`}`,
    `it was built for another machine or LibTorch: remove build/ and ${rebuild}`,
  ],
  addon_stale: ({ built, version }) => [
    `the addon (${built}) was built from other sources than the package (${version})`,
    rebuild,
  ],
  libtorch: ({ version, cuda }) => [`LibTorch ${version}${cuda && `, of CUDA ${cuda}`}`],
  gpu: ({ devices }) => [`${devices} CUDA device${devices === 1 ? '' : 's'}`],
  gpu_missing: ({ reason }) => [
    `no CUDA device: ${reason}; nearly all time goes into the network on the CPU (docs/bench.md)`,
  ],
  gpu_unused: ({ reason, advice }) => [`a GPU is there, and unused: ${reason}`, `${advice}`],
  nccl_missing: () => [
    'built without NCCL: several GPUs can talk by --dist-backend gloo alone, far slower; one loses nothing',
    'remove build/ and run set-up again, which says which headers are not there',
  ],
  cpu: ({ capability, bf16 }) => [
    `${capability}, ${bf16 ? 'multiplies in bf16: --precision bf16 is faster' : 'no bf16'}`,
  ],
  threads: ({ threads }) => [`${threads} threads, as many as processors`],
  threads_many: ({ threads, processors, variable }) => [
    `${threads} threads on ${processors} processors: they wait for each other`,
    variable ? `OMP_NUM_THREADS is ${variable}: unset it` : `set OMP_NUM_THREADS=${processors}`,
  ],
  threads_few: ({ threads, processors, variable }) => [
    `${threads} of ${processors} processors are used by the network${variable && ` (OMP_NUM_THREADS=${variable})`}`,
  ],
  waiting: ({ set }) => [
    `threads that wait for each other ${set ? `do so as told: ${set}` : 'spin shortly, then sleep'}`,
  ],
  waiting_spins: ({ set }) => [
    `threads spin while they wait (${set}): on a machine with other work a run takes many times as long`,
    "unset it, unless the machine is this run's alone",
  ],
  busy: ({ load, processors }) => [
    `other programs run here: a load of ${Number(load).toFixed(1)} on ${processors} processors`,
  ],
  codecs: ({ names }) => [`images: ${names}, bmp, ppm, pgm`],
  codecs_missing: ({ names }) => [
    `not built in: ${names}; install libwebp-dev and libtiff-dev and build again where you need them`,
  ],
  jpeg_slow: () => [
    "JPEGs are read by libjpeg alone, slower than with rdm's own look-up (jpegint.h was not there)",
  ],
  backends: (values) => [`several processes: ${has(values)}`],
  memory: ({ free, total }) => [`${gibibytes(free)} of ${gibibytes(total)} memory are free`],
  memory_low: ({ free, total }) => [
    `only ${gibibytes(free)} of ${gibibytes(total)} memory are free`,
    'end other programs, or take a smaller --batch-size and fewer --workers',
  ],
  shared_memory: ({ free }) => [`${gibibytes(free)} in /dev/shm`],
  shared_memory_low: ({ free }) => [
    `only ${gibibytes(free)} in /dev/shm, where processes meet; in a container: --shm-size 1g`,
  ],
  disk: ({ free, output }) => [`${gibibytes(free)} free for ${output}`],
  disk_low: ({ free, output }) => [
    `only ${gibibytes(free)} free for ${output}`,
    'pass a folder on another disk: --output DIR; each epoch leaves a checkpoint',
  ],
  output_unwritable: ({ output, reason }) => [
    `cannot write to ${output}: ${reason}`,
    'pass a folder that can be written: --output DIR',
  ],
};

export function checkLines({ name, level, values }: Check): string[] {
  const [what, fix] = texts[name](values);
  const [first, ...more] = [...what.split('\n'), ...(fix ? [fix] : [])];
  return [`${level.padEnd(7)}  ${first}`, ...more.map((line) => `         ${line}`)];
}
