// Tensors and storages that are not what they say, or lie elsewhere.
import { elements, floats, legacy, records, zip } from './archive.js';
import type { Hostile } from './cases.js';
import {
  call,
  checkpoint,
  dict,
  get,
  global,
  huge,
  int,
  join,
  list,
  none,
  optimizer,
  orderedDict,
  type Piece,
  pairs,
  program,
  put,
  raw,
  real,
  storage,
  tensor,
  text,
  times,
  tuple,
} from './pickle.js';

const badStorage = 'it names a bad storage';
const badTensor = 'it has a badly described tensor';
const outside = 'it has a tensor that reaches outside its storage';
const none_ = 'it has something else where a tensor should be';

const saved = (weight: Buffer) =>
  checkpoint({ state_dict: orderedDict({ 'module.encoder.conv1.weight': weight }) });
const rebuild = global('torch._utils._rebuild_tensor_v2');
const ints = (...numbers: (number | bigint)[]) => tuple(...numbers.map(int));
const shaped = (
  offset: number | bigint,
  shape: (number | bigint)[],
  strides: (number | bigint)[],
) => tensor({ offset: int(offset), shape: ints(...shape), strides: ints(...strides) });
const top = 2n ** 62n;

const weights: [what: string, weight: () => Buffer, says: string][] = [
  // persistent ids
  ['a storage that is a text', () => tensor({ of: join(text('0'), raw('Q')) }), badStorage],
  ['a storage that is a line', () => tensor({ of: raw('P0\n') }), badStorage],
  ['a storage in a storage', () => tensor({ of: join(storage(), raw('Q')) }), badStorage],
  [
    'a storage of too few parts',
    () => tensor({ of: join(tuple(text('storage')), raw('Q')) }),
    badStorage,
  ],
  [
    'a storage of too many parts',
    () => tensor({ of: storage({ more: [none, none] }) }),
    badStorage,
  ],
  [
    'a storage under another tag',
    () => tensor({ of: storage({ tag: text('module') }) }),
    badStorage,
  ],
  [
    'a storage whose type is a text',
    () => tensor({ of: storage({ type: text('torch.FloatStorage') }) }),
    badStorage,
  ],
  [
    'a storage whose type is a function',
    () => tensor({ of: storage({ type: rebuild }) }),
    badStorage,
  ],
  [
    'a storage whose type is a number type',
    () => tensor({ of: storage({ type: global('torch.float32') }) }),
    badStorage,
  ],
  ['a storage whose key is a number', () => tensor({ of: storage({ key: int(0) }) }), badStorage],
  ['a storage of minus one element', () => tensor({ of: storage({ numel: int(-1) }) }), badStorage],
  ['a storage of half an element', () => tensor({ of: storage({ numel: real(0.5) }) }), badStorage],
  [
    'a storage of 2 to the 62 elements',
    () => tensor({ of: storage({ numel: int(top) }) }),
    badStorage,
  ],
  ['a storage of 2 to the 64 elements', () => tensor({ of: storage({ numel: huge }) }), badStorage],
  [
    'a storage of 2 to the 47 elements',
    () => tensor({ of: storage({ numel: int(2n ** 47n) }) }),
    'its tensors take over 17179869184 bytes',
  ],
  [
    'a view before its storage',
    () => tensor({ of: storage({ more: [tuple(text('v'), int(-1), int(1))] }) }),
    'it names a bad view of a storage',
  ],
  [
    'a view behind its storage',
    () => tensor({ of: storage({ more: [tuple(text('v'), int(5), int(1))] }) }),
    'it names a bad view of a storage',
  ],
  [
    'a view of too few parts',
    () => tensor({ of: storage({ more: [tuple(text('v'))] }) }),
    'it names a bad view of a storage',
  ],
  [
    'a storage under a path',
    () => tensor({ of: storage({ key: text('../../etc/passwd') }) }),
    'it has no data/../../etc/passwd',
  ],
  [
    'a storage that is not there',
    () => tensor({ of: storage({ key: text('1') }) }),
    'it has no data/1',
  ],
  [
    'a storage of wider elements',
    () => tensor({ of: storage({ type: global('torch.DoubleStorage') }) }),
    'data/0 has 16 bytes, not 32',
  ],
  [
    'a storage of narrower elements',
    () => tensor({ of: storage({ type: global('torch.HalfStorage') }) }),
    'data/0 has 16 bytes, not 8',
  ],
  [
    'a storage of more elements',
    () => tensor({ of: storage({ numel: int(5) }) }),
    'data/0 has 16 bytes, not 20',
  ],
  [
    'a storage described in two ways',
    () => list(tensor(), tensor({ of: storage({ numel: int(8) }) })),
    'it describes storage 0 in two ways',
  ],
  // tensors
  ['a size too many', () => shaped(0, [5], [1]), outside],
  ['an offset that moves it out', () => shaped(1, [4], [1]), outside],
  ['a stride that moves it out', () => shaped(0, [4], [2]), outside],
  ['an offset behind the end of nothing', () => shaped(5, [0], [1]), outside],
  ['four numbers that count for 2 to the 40', () => shaped(0, [2n ** 40n], [0]), outside],
  ['four numbers that count for five', () => shaped(0, [5], [0]), outside],
  ['a size that overflows', () => shaped(0, [top, top], [0, 0]), outside],
  ['a reach that overflows', () => shaped(0, [top], [top]), outside],
  ['a sum that overflows', () => shaped(3, [2, 2], [top, top]), outside],
  ['an offset before the start', () => shaped(-1, [1], [1]), badTensor],
  ['a size of minus one', () => shaped(0, [-1], [1]), badTensor],
  ['a stride of minus one', () => shaped(3, [4], [-1]), badTensor],
  ['an offset of 2 to the 62', () => shaped(top, [1], [1]), badTensor],
  ['a size of 2 to the 64', () => tensor({ shape: tuple(huge) }), badTensor],
  ['a size of half', () => tensor({ shape: tuple(real(0.5)) }), badTensor],
  ['a size that is a text', () => tensor({ shape: text('4') }), badTensor],
  ['65 dimensions', () => shaped(0, Array(65).fill(1), Array(65).fill(1)), badTensor],
  ['a stride too few', () => shaped(0, [2, 2], [1]), badTensor],
  ['a torch.Size of nothing', () => tensor({ shape: call(global('torch.Size')) }), badTensor],
  ['a tensor of no arguments', () => call(rebuild), badTensor],
  ['a tensor of three arguments', () => call(rebuild, storage(), int(0), ints(4)), badTensor],
  ['a tensor over a number', () => tensor({ of: int(0) }), badTensor],
];

/** Storages that only the file around them shows to be wrong. */
const files: [what: string, pieces: () => Piece[], says: string][] = [
  [
    'a storage with a hole of a terabyte',
    () => {
      const weight = tensor({ of: storage({ numel: int(2n ** 38n) }) });
      return legacy({ pickle: saved(weight), storages: elements(2n ** 38n, 2 ** 40) });
    },
    'its tensors take over 17179869184 bytes',
  ],
  [
    '70,000 storages of nothing',
    () => {
      const empty = (key: number) => storage({ key: text(`${key}`), numel: int(0) });
      return legacy({
        pickle: program(
          list(Buffer.concat(Array.from({ length: 70_000 }, (_, key) => empty(key)))),
        ),
      });
    },
    'it has over 65536 storages',
  ],
  [
    'a tensor named twice',
    () => {
      const entries = Array(2).fill(join(text('module.encoder.conv1.weight'), tensor()));
      const state = join(call(global('collections.OrderedDict')), raw('('), ...entries, raw('u'));
      return zip(records(checkpoint({ state_dict: state })));
    },
    'it names the tensor module.encoder.conv1.weight twice',
  ],
  [
    '200,000 names of one tensor',
    () => {
      const names = Array.from({ length: 200_000 }, (_, i) => join(text(`t${i}`), get(1)));
      const state = join(tensor(), put(1), raw('0'), pairs(Buffer.concat(names)));
      return zip(records(checkpoint({ state_dict: state })));
    },
    'it has over 65536 tensors',
  ],
  [
    'a hundred names of a tensor of a gigabyte',
    () => {
      const whole = storage({ numel: int(2n ** 28n) });
      const big = tensor({ of: whole, shape: ints(2n ** 28n), strides: ints(1) });
      const names = Array.from({ length: 100 }, (_, i) => join(text(`t${i}`), get(1)));
      const state = join(big, put(1), raw('0'), pairs(Buffer.concat(names)));
      return zip(records(checkpoint({ state_dict: state }), 2 ** 30));
    },
    'its tensors take over 17179869184 bytes',
  ],
  [
    'ten thousand storages under one name of 30 KB',
    () => {
      const key = join(text('k'.repeat(30_000)), put(1), raw('0'));
      const one = storage({ key: get(1) });
      return zip(records(checkpoint({ x: join(key, list(times(10_000, one))) })));
    },
    'it names a bad storage',
  ],
  [
    'a state dict that is a list',
    () => zip(records(checkpoint({ state_dict: list(tensor()) }))),
    'it has something else where a state dict should be',
  ],
  [
    'a state dict that is a tensor',
    () => zip(records(checkpoint({ state_dict: tensor() }))),
    'it has something else where a state dict should be',
  ],
  [
    'a momentum that is no tensor',
    () => zip(records(checkpoint({ optimizer: momentum(int(1)) }))),
    none_,
  ],
  [
    'a momentum in parameters 100,000 deep',
    () => {
      const parameter = global('torch.nn.parameter.Parameter');
      const open = Array(50_000).fill(join(parameter, raw('(')));
      return zip(
        records(
          checkpoint({
            optimizer: momentum(join(...open, none, ...Array(50_000).fill(raw('tR')))),
          }),
        ),
      );
    },
    none_,
  ],
  [
    'a momentum with a bad checksum',
    () =>
      zip(
        [...records(), { name: 'a/data/1', content: floats, checksum: 1 }].map((record) =>
          record.name === 'a/data.pkl'
            ? {
                ...record,
                content: checkpoint({
                  optimizer: momentum(tensor({ of: storage({ key: text('1') }) })),
                }),
              }
            : record,
        ),
      ),
    'data/1 is damaged: its checksum does not match',
  ],
];

function momentum(buffer: Buffer): Buffer {
  return optimizer({ state: pairs(join(int(0), dict({ momentum_buffer: buffer }))) });
}

export const tensors: Hostile[] = [
  ...weights.map(([name, weight, says]) => ({
    name,
    says,
    pieces: () => zip(records(saved(weight()))),
  })),
  ...files.map(([name, pieces, says]) => ({ name, says, pieces })),
];
