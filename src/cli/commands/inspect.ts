// rdm inspect: what a checkpoint holds, without running anything in it.
import type { Command } from 'commander';
import { inspectCheckpoint } from '../../index.js';
import { inspectTables } from '../output/inspect.js';
import { print, printJson } from '../output/print.js';

const notes = `
Exits 1 where the file asks for more than tensors and plain values: loading it in Python could run code.

Examples:
  rdm inspect checkpoint_0099.pth.tar
  rdm inspect resnet50.safetensors --json`;

export function addInspectCommand(program: Command): void {
  program
    .command('inspect')
    .description('tell what a checkpoint holds and whether it is safe, without running it')
    .argument('<checkpoint>', 'a file of torch.save, of Lightning or of safetensors')
    .option('--json', 'print one JSON object')
    .addHelpText('after', notes)
    .action(async (checkpoint: string, { json }: { json?: true }) => {
      const info = await inspectCheckpoint(checkpoint);
      if (json) printJson(info);
      else print(inspectTables(info));
      if (!info.safe) process.exitCode = 1;
    });
}
