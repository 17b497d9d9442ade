// Pickles that build what Python could not, too much of it, or too deep.
import { records, zip } from './archive.js';
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
  laughs,
  list,
  little,
  none,
  orderedDict,
  pairs,
  program,
  put,
  raw,
  tensor,
  text,
  times,
  tuple,
} from './pickle.js';

const orderedDictOf = (...args: Buffer[]) => call(global('collections.OrderedDict'), ...args);
const tooMany = 'it asks for over four million operations';
const unfolds = 'its lists unfold to far more than the file holds';
const notPlain = "its 'rdm' must be a dictionary of plain values";
const cut = 'it is cut short';
const empty = 'its stack is empty';

/** In place of the options that a run records: values that are malformed, or bombs. */
const values: [what: string, body: () => Buffer, says: string][] = [
  ['a call of nothing', () => raw('NNR'), 'it calls something that is not a global'],
  [
    'a call of a text',
    () => join(text('os.system'), tuple(), raw('R')),
    'it calls something that is not a global',
  ],
  [
    'a call without a tuple',
    () => join(global('builtins.int'), none, raw('R')),
    'it calls something that is not a global',
  ],
  [
    'a new object of a number',
    () => join(int(1), tuple(), raw('\x81')),
    'it calls something that is not a global',
  ],
  [
    'a new object of a dictionary',
    () => join(dict({}), tuple(), dict({}), raw('\x92')),
    'it calls something that is not a global',
  ],
  [
    'a state for a number',
    () => join(int(1), none, raw('b')),
    'it sets the state of something that is not an object',
  ],
  [
    'an OrderedDict of a number',
    () => orderedDictOf(int(1)),
    'an OrderedDict is made from something that is not a list',
  ],
  [
    'an OrderedDict of numbers',
    () => orderedDictOf(list(int(1))),
    'an OrderedDict is made from something other than pairs',
  ],
  [
    'an OrderedDict of triples',
    () => orderedDictOf(list(tuple(none, none, none))),
    'an OrderedDict is made from something other than pairs',
  ],
  ['an append to a number', () => raw('NNa'), 'it appends to something that is not a list'],
  ['an item of a number', () => raw('NNNs'), 'it sets items of something that is not a dictionary'],
  ['a key without a value', () => raw('}(Nu'), 'a dictionary has a key without a value'],
  ['a pop too many', () => raw('(t('.concat('0'.repeat(40))), empty],
  ['items without a mark', () => raw('t'.repeat(9)), 'it has no mark to go back to'],
  ['a tuple below the mark', () => raw('((\x87'), empty],
  ['a memo never kept', () => get(1_000_000), 'it recalls value 1000000, which it never kept'],
  ['a memo of minus one', () => raw('Np-1\n'), 'it holds a bad number'],
  ['a memo out of numbers', () => raw('Np99999999999999999999\n'), 'it holds a bad number'],
  ['a memo of nothing', () => raw('(q\0'), empty],
  ['a number of letters', () => raw('Iabc\n'), 'it holds a bad number'],
  ['a number out of range', () => raw(`L${'9'.repeat(100_000)}L\n`), 'it holds a bad number'],
  ['a real of letters', () => raw('F1e5e5\n'), 'it holds a bad number'],
  ['a text that is not quoted', () => raw('Sabc\n'), 'it holds a badly escaped string'],
  ['a text with half an escape', () => raw("S'\\x4'\n"), 'it holds a badly escaped string'],
  ['a text of 2 GB', () => join(raw('X'), little(2 ** 31 - 1, 4)), cut],
  ['bytes of 16 exabytes', () => join(raw('\x8e'), little(-1, 8)), cut],
  ['a number of 4 GB', () => join(raw('\x8b'), little(-1, 4)), cut],
  ['protocol 6', () => raw('\x80\x06'), 'its protocol is newer than 5'],
  ['a number of 72 bits', () => huge, notPlain],
  ['a tensor', () => tensor(), notPlain],
  ['a key that is a number', () => pairs(int(1), none), notPlain],
  ['a list in itself', () => join(raw(']'), put(1), get(1), raw('a')), notPlain],
  ['a dictionary in itself', () => join(raw('}'), put(1), text('k'), get(1), raw('s')), notPlain],
  ['lists 100,000 deep', () => join(times(100_000, raw(']')), times(99_999, raw('a'))), notPlain],
  ['tuples 1,000,000 deep', () => join(none, times(1_000_000, raw('\x85'))), notPlain],
  [
    'dictionaries 100,000 deep',
    () => join(times(100_000, join(raw('}'), text('k'))), none, times(100_000, raw('s'))),
    notPlain,
  ],
  [
    'calls 100,000 deep',
    () =>
      join(
        none,
        times(100_000, raw('\x85')),
        put(1),
        times(100_000, call(global('builtins.list'), get(1))),
      ),
    notPlain,
  ],
  ['lists of lists, 10 to the 9 values', () => laughs(8), unfolds],
  ['lists of lists, 10 to the 60 values', () => laughs(59), unfolds],
  [
    'one text a million times',
    () => join(text('x'.repeat(1_000_000)), put(1), raw('0]('), times(1_000_000, get(1)), raw('e')),
    unfolds,
  ],
  ['five million values', () => times(5_000_000, none), tooMany],
  ['five million lists', () => times(5_000_000, raw(']')), tooMany],
  ['five million dictionaries', () => times(5_000_000, raw('}')), tooMany],
  ['five million marks', () => times(5_000_000, raw('(')), tooMany],
  ['five million copies of the top', () => join(none, times(5_000_000, raw('2'))), tooMany],
  ['five million memos', () => join(none, times(5_000_000, raw('\x94'))), tooMany],
  ['four million short lists', () => times(2_000_000, raw('](Ne')), tooMany],
  [
    'OrderedDicts of one long list',
    () => {
      const pair = tuple(none, none);
      const long = join(raw(']('), times(50_000, pair), raw('e'), put(1));
      return join(long, times(1000, orderedDictOf(get(1))));
    },
    tooMany,
  ],
];

/** In place of the whole checkpoint. */
const roots: [what: string, pickle: () => Buffer, says: string][] = [
  ['an empty pickle', () => raw(''), cut],
  ['a pickle of a full stop', () => raw('.'), empty],
  ['a pickle without an end', () => checkpoint().subarray(0, -1), cut],
  ['a pickle of nothing', () => program(none), "it has no 'epoch'"],
  ['a pickle of a list', () => program(list(none)), "it has no 'epoch'"],
  ['a pickle of a global', () => program(global('torch.FloatStorage')), "it has no 'epoch'"],
  [
    'a pickle of an OrderedDict called with itself',
    () => program(orderedDict({ epoch: orderedDict({}) })),
    "its 'epoch' must be a whole number",
  ],
];

export const objects: Hostile[] = [
  ...values.map(([name, body, says]) => ({
    name,
    says,
    pieces: () => zip(records(checkpoint({ rdm: body() }))),
  })),
  ...roots.map(([name, pickle, says]) => ({ name, says, pieces: () => zip(records(pickle())) })),
];
