// A pickle by its opcodes, so that also what Python's pickler never writes can be written.
// Source: the opcodes of Python's pickletools.

/** Bytes, or a hole of so many zeros in a file. */
export type Piece = Buffer | number;

export const raw = (text: string) => Buffer.from(text, 'latin1');
export const join = (...parts: Buffer[]) => Buffer.concat(parts);
export const times = (count: number, part: Buffer) => Buffer.alloc(count * part.length, part);

export function little(value: number | bigint, bytes: 2 | 4 | 8): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return out.subarray(0, bytes);
}

export const program = (body: Buffer) => join(raw('\x80\x02'), body, raw('.'));
export const none = raw('N');
export const no = raw('\x89');
export const yes = raw('\x88');
export const int = (value: number | bigint) => join(raw('\x8a\x08'), little(value, 8));
/** 2 to the 64th and more: LONG1 of nine bytes. */
export const huge = raw('\x8a\x09\0\0\0\0\0\0\0\0\x01');
export const real = (value: number) => raw(`F${value}\n`);
export const text = (value: string) => {
  const bytes = Buffer.from(value);
  return join(raw('X'), little(bytes.length, 4), bytes);
};
export const tuple = (...items: Buffer[]) => join(raw('('), ...items, raw('t'));
export const list = (...items: Buffer[]) => join(raw(']('), ...items, raw('e'));
export const dict = (entries: Record<string, Buffer>) =>
  pairs(...Object.entries(entries).map(([key, value]) => join(text(key), value)));
export const pairs = (...entries: Buffer[]) => join(raw('}('), ...entries, raw('u'));
export const global = (name: string) => {
  const dot = name.lastIndexOf('.');
  return raw(`c${name.slice(0, dot)}\n${name.slice(dot + 1)}\n`);
};
export const stackGlobal = (name: string) => {
  const dot = name.lastIndexOf('.');
  return join(text(name.slice(0, dot)), text(name.slice(dot + 1)), raw('\x93'));
};
export const call = (callable: Buffer, ...args: Buffer[]) =>
  join(callable, tuple(...args), raw('R'));
export const put = (index: number) => join(raw('r'), little(index, 4));
export const get = (index: number) => join(raw('j'), little(index, 4));

/** Ten references to a list of ten references to a list … : 10 to the `levels`. */
export function laughs(levels: number): Buffer {
  const level = join(put(90), raw('0]('), times(10, get(90)), raw('e'));
  return join(list(...Array(10).fill(none)), times(levels, level));
}

// What torch.save adds.
export const orderedDict = (entries: Record<string, Buffer>) =>
  join(call(global('collections.OrderedDict')), dict(entries).subarray(1));

export interface StorageParts {
  tag?: Buffer;
  type?: Buffer;
  key?: Buffer;
  numel?: Buffer;
  more?: Buffer[];
}

export const storage = ({
  tag = text('storage'),
  type = global('torch.FloatStorage'),
  key = text('0'),
  numel = int(4),
  more = [],
}: StorageParts = {}) => join(tuple(tag, type, key, text('cpu'), numel, ...more), raw('Q'));

export interface TensorParts {
  of?: Buffer;
  offset?: Buffer;
  shape?: Buffer;
  strides?: Buffer;
}

export const tensor = ({
  of = storage(),
  offset = int(0),
  shape = tuple(int(4)),
  strides = tuple(int(1)),
}: TensorParts = {}) =>
  call(global('torch._utils._rebuild_tensor_v2'), of, offset, shape, strides, no, orderedDict({}));

export const group = (entries: Record<string, Buffer> = {}) =>
  dict({
    lr: real(0.1),
    momentum: real(0.9),
    weight_decay: real(0),
    params: list(int(0)),
    ...entries,
  });

export const optimizer = (entries: Record<string, Buffer> = {}) =>
  dict({ state: dict({}), param_groups: list(group()), ...entries });

/** What `rdm pretrain` saves, as small as can be; an entry that is undefined is left out. */
export function checkpoint(entries: Record<string, Buffer | undefined> = {}): Buffer {
  const all = {
    epoch: int(1),
    arch: text('resnet18'),
    state_dict: orderedDict({ 'module.encoder.conv1.weight': tensor() }),
    optimizer: optimizer(),
    rdm: dict({}),
    ...entries,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return program(dict(Object.fromEntries(given) as Record<string, Buffer>));
}
