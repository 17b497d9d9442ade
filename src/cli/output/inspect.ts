// What a checkpoint holds, as tables: its properties, what its run was told, its tensors.
import type { CheckpointInfo } from '../../index.js';
import { table } from './table.js';
import { megabytes } from './units.js';

export function inspectTables(info: CheckpointInfo): string[] {
  const { tensors, rdm, configuration } = info;
  const options = Object.entries(rdm ?? configuration ?? {});
  const heading = rdm ? 'options' : 'configuration';
  const told = table(options.map(([name, value]) => [`  ${name}`, said(value)]));
  return [
    table(properties(info)),
    ...(told.length > 0 ? [['', heading], told] : []),
    ...(tensors.length > 0 ? [[''], table(tensors.map(row))] : []),
  ].flat();
}

function properties(info: CheckpointInfo): string[][] {
  const { kind, arch, stem, branches, projector, epoch, bestAcc1, optimizer, rdm } = info;
  const rows: [string, unknown][] = [
    ['format', info.format],
    ['kind', rdm?.method === 'byol' ? 'byol' : kind],
    ['written by', rdm && `rdm ${rdm.version} ${rdm.command}`],
    ['architecture', arch && (stem ? `${arch}, ${stem} stem` : arch)],
    ['branches', branches.length > 0 && branches.join(', ')],
    ['projector', projector?.join(' → ')],
    ['epochs', epoch],
    ['best top-1 %', bestAcc1],
    ['optimizer', optimizer && describeOptimizer(optimizer)],
    ['state dict', `${info.keys} tensors, ${info.parameters} elements, ${size(info.bytes)}`],
    ['safe', describeSafety(info)],
  ];
  return rows.filter(([, value]) => value || value === 0).map(([name, v]) => [name, said(v)]);
}

const describeOptimizer = ({ groups, lr, tensors, bytes }: CheckpointInfo['optimizer'] & {}) =>
  `${groups} group${groups === 1 ? '' : 's'}, lr ${lr === null ? 'unknown' : Number(lr.toPrecision(4))}, ${tensors} tensors, ${size(bytes)}`;

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
