// What was exported, and how the other library loads it.
import type { ExportFormat, ExportSummary } from '../../index.js';
import { print, say } from './print.js';

export function printExport(summary: ExportSummary): void {
  const { output, format, arch, branch, classes, keys, parameters } = summary;
  const head = classes === null ? 'without a head' : `with a classifier of ${classes} classes`;
  const what = `${arch ?? 'network'}, ${branch} branch, ${head}`;
  say(`${what}: ${keys} tensors, ${(parameters / 1e6).toFixed(1)} M elements in ${output}`);
  print(howToLoad[format](summary).split('\n'));
}

const headless = (model: string, classes: number | null) =>
  classes === null ? `${model}\nmodel.fc = torch.nn.Identity()` : model;

const howToLoad: Record<ExportFormat, (summary: ExportSummary) => string> = {
  torchvision: ({ output, arch, classes }) =>
    `${headless(`model = torchvision.models.${arch}(${classes ? `num_classes=${classes}` : ''})`, classes)}
model.load_state_dict(torch.load('${output}'))`,
  timm: ({ output, arch, classes }) =>
    `model = timm.create_model('${arch}', num_classes=${classes ?? 0}, checkpoint_path='${output}')`,
  safetensors: ({ output }) => `state_dict = safetensors.torch.load_file('${output}')`,
  detectron2: ({ output }) => `MODEL:
  WEIGHTS: ${output}
  PIXEL_MEAN: [123.675, 116.280, 103.530]
  PIXEL_STD: [58.395, 57.120, 57.375]
  RESNETS: {STRIDE_IN_1X1: False}
INPUT: {FORMAT: RGB}`,
};
