// rdm export: a backbone as a file of another library, and how that library loads it.
import type { Command } from 'commander';
import {
  type ExportFormat,
  type ExportSummary,
  exportCheckpoint,
  type FlagsOf,
} from '../../index.js';
import { addFlags } from '../flags/flags.js';
import { print, printJson, say } from '../output/print.js';

type ExportFlags = FlagsOf<'export'> & { to: ExportFormat };

const notes = `
Prints how to load the file. A backbone of pretraining has no classifier; one of lincls, finetune or probe --save has,
and the names of its classes are a JSON list in FILE.classes.json.

Examples:
  rdm export checkpoint_0099.pth.tar --to torchvision resnet50.pth
  rdm export checkpoint_0999.pth.tar --to safetensors --branch momentum backbone.safetensors
  rdm export checkpoint_0099.pth.tar --to detectron2 backbone.pkl`;

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description("write a checkpoint's backbone as a file of another library")
    .argument('<checkpoint>', 'of rdm, of the reference, of solo-learn or of torchvision')
    .argument('<file>', 'to write');
  addFlags(command, 'export')
    .addHelpText('after', notes)
    .action(async (checkpoint: string, output: string, { to, branch, json }: ExportFlags) => {
      const summary = await exportCheckpoint({ checkpoint, output, format: to, branch });
      if (json) printJson(summary);
      else printExport(summary);
    });
}

function printExport(summary: ExportSummary): void {
  const { output, format, arch, branch, classes, keys, parameters } = summary;
  const head = classes === null ? 'without a head' : `with a classifier of ${classes} classes`;
  const what = `${arch ?? 'network'}, ${branch} branch, ${head}`;
  say(`${what}: ${keys} tensors, ${(parameters / 1e6).toFixed(1)} M elements in ${output}`);
  print([...howToLoad[format](summary).split('\n'), ...howToName(summary)]);
}

const howToName = ({ names }: ExportSummary) =>
  names === null ? [] : [`classes = json.load(open('${names}'))`];

const headless = (model: string, classes: number | null) =>
  classes === null ? `${model}\nmodel.fc = torch.nn.Identity()` : model;

const howToLoad: Record<ExportFormat, (summary: ExportSummary) => string> = {
  torchvision: ({ output, arch, classes }) =>
    `${headless(`model = torchvision.models.${arch}(${classes ? `num_classes=${classes}` : ''})`, classes)}
model.load_state_dict(torch.load('${output}'))`,
  timm: ({ output, arch, patchSize, imageSize, classes }) => {
    const vit = `'${arch}_patch16_224', patch_size=${patchSize}, img_size=${imageSize}`; // timm's name of any
    const model = patchSize ? vit : `'${arch}'`;
    return `model = timm.create_model(${model}, num_classes=${classes ?? 0}, checkpoint_path='${output}')`;
  },
  safetensors: ({ output }) => `state_dict = safetensors.torch.load_file('${output}')`,
  detectron2: ({ output }) => `MODEL:
  WEIGHTS: ${output}
  PIXEL_MEAN: [123.675, 116.280, 103.530]
  PIXEL_STD: [58.395, 57.120, 57.375]
  RESNETS: {STRIDE_IN_1X1: False}
INPUT: {FORMAT: RGB}`,
};
