// What a run would go on with: the parts of a checkpoint that are missing, wrong or made to be read for ever.
import { records, zip } from './archive.js';
import type { Hostile } from './cases.js';
import {
  checkpoint,
  dict,
  get,
  group,
  int,
  join,
  laughs,
  list,
  none,
  optimizer,
  pairs,
  put,
  raw,
  real,
  tensor,
  text,
  times,
  tuple,
} from './pickle.js';

const numbers = (count: number) =>
  list(Buffer.concat(Array.from({ length: count }, (_, i) => int(i))));
/** A dictionary of many keys that nobody asks for. */
const long = (count: number) => join(raw('}('), times(count, join(text('k'), none)), raw('u'));
const twoPlaces = 'its optimizer has a parameter in two places';

const parts: [what: string, entries: () => Record<string, Buffer | undefined>, says: string][] = [
  ['no epoch', () => ({ epoch: undefined }), "it has no 'epoch'"],
  ['an epoch that is a text', () => ({ epoch: text('1') }), "its 'epoch' must be a whole number"],
  ['an epoch before the first', () => ({ epoch: int(-1) }), "its 'epoch' must be a whole number"],
  ['an epoch that is a bomb', () => ({ epoch: laughs(30) }), "its 'epoch' must be a whole number"],
  ['no architecture', () => ({ arch: undefined }), "it has no 'arch'"],
  ['an architecture that is a list', () => ({ arch: list() }), "its 'arch' must be a text"],
  ['an architecture that is a bomb', () => ({ arch: laughs(30) }), "its 'arch' must be a text"],
  ['no state dict', () => ({ state_dict: undefined }), "it has no 'state_dict'"],
  [
    'a state dict that is a bomb',
    () => ({ state_dict: laughs(30) }),
    'it has something else where a state dict should be',
  ],
  ['no optimizer', () => ({ optimizer: undefined }), "it has no 'optimizer'"],
  ['an optimizer that is a tensor', () => ({ optimizer: tensor() }), "it has no 'param_groups'"],
  ['no groups', () => ({ optimizer: dict({ state: dict({}) }) }), "it has no 'param_groups'"],
];

const groups: [what: string, groups: () => Buffer, says: string][] = [
  ['groups that are a number', () => int(1), "its optimizer's 'param_groups' must be a list"],
  ['a group that is a number', () => list(int(1)), 'an optimizer group must be a dictionary'],
  [
    'a group without parameters',
    () => list(group({ params: list() })),
    'an optimizer group has no parameters',
  ],
  [
    'a group of parameters that are no list',
    () => list(group({ params: dict({}) })),
    "an optimizer group's 'params' must be a list",
  ],
  [
    'a group of parameters that are reals',
    () => list(group({ params: list(real(0)) })),
    "an optimizer group's parameter must be a whole number",
  ],
  [
    'a group of one parameter twice',
    () => list(group({ params: list(int(0), int(0)) })),
    twoPlaces,
  ],
  ['two groups of one parameter', () => list(group(), group()), twoPlaces],
  [
    'a rate that is a text',
    () => list(group({ lr: text('0.1') })),
    "its 'lr' must be a finite number",
  ],
  [
    'a rate that is four numbers',
    () => list(group({ lr: tensor() })),
    "its 'lr' must be a finite number",
  ],
  [
    'a rate that is NaN',
    () => list(group({ lr: real(Number.NaN) })),
    "its 'lr' must be a finite number",
  ],
  [
    'a group of 101 entries',
    () => list(group(Object.fromEntries(Array.from({ length: 97 }, (_, i) => [`k${i}`, none])))),
    'an optimizer group has 101 entries',
  ],
  [
    'a group of a million entries',
    () => list(long(1_000_000)),
    'an optimizer group has 1000000 entries',
  ],
  [
    'one group a million times',
    () =>
      join(
        group({ params: numbers(1000) }),
        put(1),
        raw('0]('),
        times(1_000_000, get(1)),
        raw('e'),
      ),
    twoPlaces,
  ],
  [
    'many groups with one long list of parameters',
    () => {
      const first = group({ params: join(numbers(60_000), put(1)) });
      return list(first, ...Array(1000).fill(group({ params: get(1) })));
    },
    twoPlaces,
  ],
  [
    'a group of 70,000 parameters',
    () => list(group({ params: numbers(70_000) })),
    'its optimizer has over 65536 parameters',
  ],
  [
    'many groups with one bomb',
    () => {
      const one = (i: number) => group({ params: list(int(i)), x: get(2), y: get(2), z: get(2) });
      const bomb = join(group({ params: list(int(0)), x: join(laughs(5), put(2)) }));
      return list(bomb, ...Array.from({ length: 1000 }, (_, i) => one(i + 1)));
    },
    'its lists unfold to far more than the file holds',
  ],
];

const states: [what: string, state: () => Buffer, says: string][] = [
  ['a state that is a list', () => list(), "its optimizer's 'state' must be a dictionary"],
  [
    'a state of another parameter',
    () => pairs(int(7), dict({})),
    'its optimizer keeps state of an unknown parameter',
  ],
  [
    'a state of a parameter by its name',
    () => dict({ weight: dict({}) }),
    'its optimizer keeps state of an unknown parameter',
  ],
  [
    'two states of a parameter',
    () => pairs(int(0), dict({}), int(0), dict({})),
    'its optimizer keeps state of an unknown parameter',
  ],
  [
    'a state that is a number',
    () => pairs(int(0), int(0)),
    "an optimizer's state of a parameter must be a dictionary",
  ],
  [
    '20,000 parameters that share a state of 20,000 entries',
    () => {
      const shared = join(long(20_000), put(1), raw('0'));
      const states = Array.from({ length: 20_000 }, (_, i) => join(int(i), get(1)));
      return join(shared, pairs(Buffer.concat(states)));
    },
    "an optimizer's state of a parameter has 20000 entries",
  ],
  [
    'a state of a million entries',
    () => pairs(int(0), long(1_000_000)),
    "an optimizer's state of a parameter has 1000000 entries",
  ],
  [
    'a momentum that is a bomb',
    () => pairs(int(0), dict({ momentum_buffer: laughs(30) })),
    'it has something else where a tensor should be',
  ],
  [
    'a momentum that is a tuple',
    () => pairs(int(0), dict({ momentum_buffer: tuple() })),
    'it has something else where a tensor should be',
  ],
];

export const training: Hostile[] = [
  ...parts,
  ...groups.map(
    ([what, make, says]) =>
      [what, () => ({ optimizer: optimizer({ param_groups: make() }) }), says] as const,
  ),
  ...states.map(
    ([what, make, says]) =>
      [what, () => ({ optimizer: optimizer({ state: make() }) }), says] as const,
  ),
].map(([name, entries, says]) => ({
  name,
  says,
  pieces: () => zip(records(checkpoint(entries()))),
}));
