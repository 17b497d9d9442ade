// rdm export: a backbone as a file of another library.
import type { Command } from 'commander';
import { type ExportOptions, exportCheckpoint, exportFormats } from '../../index.js';
import { branchFlag } from '../flags/layer.js';
import { addFlags } from '../flags/table.js';
import { printExport } from '../output/export.js';
import { printJson } from '../output/print.js';

interface ExportFlags {
  to: ExportOptions['format'];
  branch: ExportOptions['branch'];
  json?: true;
}

const notes = `
Prints how to load the file. A backbone of pretraining has no classifier; one of lincls has.

Examples:
  rdm export checkpoint_0099.pth.tar --to torchvision resnet50.pth
  rdm export checkpoint_0999.pth.tar --to safetensors --branch momentum backbone.safetensors
  rdm export checkpoint_0099.pth.tar --to detectron2 backbone.pkl`;

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description("write a checkpoint's backbone as a file of another library")
    .argument('<checkpoint>', 'of rdm, of the reference, of solo-learn or of torchvision')
    .argument('<file>', 'to write')
    .requiredOption('--to <format>', exportFormats.join(', '))
    .option('--json', 'print one JSON object');
  addFlags(command, 'Features:', [branchFlag])
    .addHelpText('after', notes)
    .action(async (checkpoint: string, output: string, { to, branch, json }: ExportFlags) => {
      const summary = await exportCheckpoint({ checkpoint, output, format: to, branch });
      if (json) printJson(summary);
      else printExport(summary);
    });
}
