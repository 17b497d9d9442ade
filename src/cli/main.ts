// The command line: parses, runs one command, and turns errors into messages and exit codes.
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { RdmError } from '../index.js';
import { addCompareCommand } from './commands/compare.js';
import { addCompletionCommand } from './commands/completion.js';
import { addDataCommands } from './commands/data.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addDuplicatesCommand } from './commands/duplicates.js';
import { addEmbedCommand } from './commands/embed.js';
import { addExportCommand } from './commands/export.js';
import { addFinetuneCommand } from './commands/finetune.js';
import { addInspectCommand } from './commands/inspect.js';
import { addKnnCommand } from './commands/knn.js';
import { addLinclsCommand } from './commands/lincls.js';
import { addMapCommand } from './commands/map.js';
import { addPredictCommand } from './commands/predict.js';
import { addPretrainCommand } from './commands/pretrain.js';
import { addProbeCommand } from './commands/probe.js';
import { addRecipesCommands } from './commands/recipes.js';
import { addReportCommand } from './commands/report.js';
import { addRunsCommands } from './commands/runs.js';
import { addScoreCommand } from './commands/score.js';
import { addSearchCommand } from './commands/search.js';
import { addSetupCommand } from './commands/setup.js';
import { addSpectrumCommand } from './commands/spectrum.js';
import { addSweepCommand } from './commands/sweep.js';
import { addVerifyResumeCommand } from './commands/verify-resume.js';
import { addWatchCommand } from './commands/watch.js';
import { RankError, tellParent } from './launch/children.js';
import { overwriting, resuming } from './launch/launch.js';
import { describeOverwriting, describeResuming, processName } from './output/messages.js';
import { say, sayStack, watchStreams } from './output/print.js';

export { leave } from '../index.js';

const exitFailed = 1;
const exitUsage = 2;

export function createProgram(): Command {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const program = new Command('rdm')
    .description('Self-supervised pretraining with the Rank Differential Mechanism')
    .version(version)
    .exitOverride()
    .configureHelp({ helpWidth: process.stdout.columns || 100 })
    .configureOutput({ outputError: sayInOurWords })
    .showHelpAfterError('     rdm <command> --help shows its flags and examples');
  addPretrainCommand(program);
  addLinclsCommand(program);
  addFinetuneCommand(program);
  addSweepCommand(program);
  addKnnCommand(program);
  addVerifyResumeCommand(program);
  addSpectrumCommand(program);
  addMapCommand(program);
  addEmbedCommand(program);
  addCompareCommand(program);
  addScoreCommand(program);
  addProbeCommand(program);
  addPredictCommand(program);
  addSearchCommand(program);
  addDuplicatesCommand(program);
  addInspectCommand(program);
  addExportCommand(program);
  addReportCommand(program);
  addWatchCommand(program);
  addRunsCommands(program);
  addDataCommands(program);
  addRecipesCommands(program);
  addSetupCommand(program);
  addDoctorCommand(program);
  addCompletionCommand(program);
  return program.addHelpText('after', '\nrdm <command> --help shows its flags and examples.');
}

/** An error of commander as every other error: what is wrong and, below it, what to do. */
function sayInOurWords(text: string): void {
  const [, message = text, meant] =
    /^error: (.*?)(?:\n\(Did you mean (.+)\?\))?\n$/s.exec(text) ?? [];
  say(message, meant && `did you mean ${meant}?`);
}

export async function main(argv: string[]): Promise<void> {
  watchStreams();
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = error instanceof RankError ? reportOfRank(error) : report(error);
  }
}

/** Wrong usage is the same in all processes of a machine, and told once. */
function reportOfRank(error: RankError): number {
  const { cause, rank, localRank } = error;
  tellParent(error);
  if (localRank > 0 && cause instanceof RdmError && cause.code === 'usage') return exitUsage;
  return report(cause, rank > 0 ? `${processName({ rank, pid: process.pid })}: ` : '');
}

/** The system says no more than that it has no such file. */
const withoutFolder = (error: unknown) => (error as NodeJS.ErrnoException)?.syscall === 'uv_cwd';

/** Of a folder that holds a run, both lines ready. */
function hintsFor(error: unknown): string[] {
  if (!(error instanceof RdmError)) return ['this is a bug; RDM_DEBUG=1 shows the stack'];
  if (error.code !== 'occupied') return [error.hint];
  return [describeResuming(resuming()), describeOverwriting(overwriting())];
}

function report(error: unknown, who = ''): number {
  if (withoutFolder(error)) {
    say('the working folder was removed', 'change to a folder that is there');
    return exitFailed;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitUsage;
  const known = error instanceof RdmError;
  const message = error instanceof Error ? error.message : String(error);
  say(`${who}${message}`, ...hintsFor(error));
  if (process.env.RDM_DEBUG) sayStack(error);
  return known && error.code === 'usage' ? exitUsage : exitFailed;
}
