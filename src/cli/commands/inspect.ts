// rdm inspect: what a checkpoint holds, without running anything in it: its tensors, options and properties.
import type { Command } from 'commander';
import { type CheckpointInfo, type FlagsOf, inspectCheckpoint } from '../../index.js';
import { addFlags } from '../flags/flags.js';
import { counted, megabytes, table } from '../output/format.js';
import { describeWeights } from '../output/messages.js';
import { print, printJson } from '../output/print.js';

const notes = `
Exits 1 where the file asks for more than tensors and plain values: loading it in Python could run code.

Examples:
  rdm inspect checkpoint_0099.pth.tar
  rdm inspect --tensors checkpoint_0099.pth.tar
  rdm inspect resnet50.safetensors --json`;

export function addInspectCommand(program: Command): void {
  const command = program
    .command('inspect')
    .description('tell what a checkpoint holds and whether it is safe, without running it')
    .argument('<checkpoint>', 'a file of torch.save, of Lightning or of safetensors');
  addFlags(command, 'inspect')
    .addHelpText('after', notes)
    .action(async (checkpoint: string, { json, tensors = false }: FlagsOf<'inspect'>) => {
      const info = await inspectCheckpoint(checkpoint);
      if (json) printJson(info);
      else print(inspectTables(info, tensors));
      if (!info.safe) process.exitCode = 1;
    });
}

/** What matters most comes last, where it stays on the screen. */
function inspectTables(info: CheckpointInfo, withTensors: boolean): string[] {
  const { tensors, rdm, configuration } = info;
  const options = Object.entries(rdm ?? configuration ?? {});
  const heading = rdm ? 'options' : 'configuration';
  const told = table(options.map(([name, value]) => [`  ${name}`, said(value)]));
  return [
    ...(withTensors && tensors.length > 0 ? [table(tensors.map(row)), ['']] : []),
    ...(told.length > 0 ? [[heading], told, ['']] : []),
    table(properties(info)),
  ].flat();
}

function properties(info: CheckpointInfo): string[][] {
  const { kind, arch, stem, patchSize, branches, projector, epoch, bestAcc1, optimizer, rdm } =
    info;
  const rows: [string, unknown][] = [
    ['format', info.format],
    ['kind', rdm?.method ?? kind],
    ['written by', rdm && `rdm ${rdm.version} ${rdm.command}`],
    ['architecture', arch && [arch, ...describeInput(stem, patchSize)].join(', ')],
    ['branches', branches.length > 0 && branches.join(', ')],
    ['weights', info.weights && describeWeights(info.weights)],
    ['projector', projector?.join(' → ')],
    ['epochs', epoch],
    ['best top-1 %', bestAcc1],
    ['optimizer', optimizer && describeOptimizer(optimizer)],
    [
      'state dict',
      `${counted(info.keys, 'tensor')}, ${info.parameters} elements, ${size(info.bytes)}`,
    ],
    ['safe', describeSafety(info)],
  ];
  return rows.filter(([, value]) => value || value === 0).map(([name, v]) => [name, said(v)]);
}

const describeInput = (stem: string | null, patchSize: number | null) => [
  ...(stem ? [`${stem} stem`] : []),
  ...(patchSize ? [`patches of ${patchSize} pixels`] : []),
];

const describeOptimizer = ({ groups, lr, tensors, bytes }: CheckpointInfo['optimizer'] & {}) =>
  `${counted(groups, 'group')}, lr ${lr === null ? 'unknown' : Number(lr.toPrecision(4))}, ${counted(tensors, 'tensor')}, ${size(bytes)}`;

function describeSafety({ format, globals, refused, safe }: CheckpointInfo): string {
  if (format === 'safetensors') return 'yes: it has no pickle';
  const named = `nothing was run; the pickle names ${globals.join(', ') || 'nothing'}`;
  return safe ? `yes: ${named}` : `NO: it asks for ${refused.join(', ')}; ${named}`;
}

const row = ({ name, shape, dtype }: CheckpointInfo['tensors'][number]) => [
  name,
  shape.join(' × ') || 'scalar',
  dtype,
];

const size = (bytes: number) =>
  `${(bytes / megabytes.scale).toFixed(megabytes.digits)} ${megabytes.name}`;

const said = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
