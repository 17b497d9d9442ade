// rdm doctor: looks the installation and the machine over, and says what to do about each problem.
import type { Command } from 'commander';
import { type DoctorOptions, doctor, pretrainDefaults } from '../../index.js';
import { checkLines } from '../output/doctor.js';
import { print, printJson } from '../output/print.js';

const notes = `
Exits 1 when there is a problem.

Examples:
  rdm doctor
  rdm doctor --output /data/runs --json`;

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check the addon, devices, codecs, threads, memory and disk, and name the fixes')
    .option('--output <dir>', 'folder that runs will write to', pretrainDefaults.output)
    .option('--json', 'print one JSON object')
    .addHelpText('after', notes)
    .action(({ json, ...options }: DoctorOptions & { json?: true }) => {
      const diagnosis = doctor(options);
      if (json) printJson(diagnosis);
      else print(diagnosis.checks.flatMap(checkLines));
      if (diagnosis.checks.some(({ level }) => level === 'problem')) process.exitCode = 1;
    });
}
