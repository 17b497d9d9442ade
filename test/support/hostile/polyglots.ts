// Files of several formats at once, out of zip, tar, torch.save's older format, bare pickles and safetensors, put
// together at random: the same file for the same number. In some, PyTorch finds a pickle that calls a function where
// another reader finds none. What is called shows that it ran, and does nothing else.
import { legacy, records, type ZipRecord, zip } from './archive.js';
import { call, checkpoint, global, int, join, little, type Piece, program, raw } from './pickle.js';

/** Sets Python's recursion limit to a number that it never has by itself. */
export const mark = 12_345;
const evil = program(call(global('sys.setrecursionlimit'), int(mark)));

export interface Random {
  /** From 0 up to, not including, `below`. */
  integer(below: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** Mulberry32, by Tommy Ettinger, in the public domain. */
export function random(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number) => Math.floor(next() * below);
  return { integer, pick: (choices) => choices[integer(choices.length)] as never };
}

const bytes = (pieces: Piece[]) => join(...pieces.map((piece) => piece as Buffer));
const version: ZipRecord = { name: 'a/version', content: raw('3\n') };
const benignZip = (): ZipRecord[] => [...records(), version];
const evilZip = (): ZipRecord[] => [{ name: 'a/data.pkl', content: evil }, version];

/** A zip whose places count from `base` bytes before it. */
function zipAt(entries: ZipRecord[], base: number, comment = raw('')): Buffer {
  const plain = bytes(zip(entries));
  let at = base;
  const moved = entries.map((record) => {
    const header = at;
    at += 30 + (record.localName ?? record.name).length + (record.content as Buffer).length;
    return { ...record, header };
  });
  return bytes(zip(moved, { at: base + plain.readUInt32LE(plain.length - 6), comment }));
}

/** A member of a tar; `name` may hold whatever fits into the header's first hundred bytes. */
function member(name: Buffer, content: Buffer, { magic = true, filler = 0 } = {}): Buffer {
  const header = Buffer.alloc(512, filler);
  const end = filler ? ' ' : '\0';
  name.copy(header);
  header.write(`0000644${end}0000000${end}0000000${end}`, 100, 'latin1');
  header.write(`${content.length.toString(8).padStart(11, '0')}${end}00000000000${end}`, 124);
  header.write('        0', 148);
  if (magic) header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}${filler ? '  ' : '\0 '}`, 148, 'latin1');
  return join(header, content, Buffer.alloc((512 - (content.length % 512)) % 512));
}

const storages = () => join(member(raw('storages'), evil), Buffer.alloc(1024));

/** The older format whose main pickle begins with a text that spans a tar. */
function legacyTar(magic: boolean): Buffer {
  const parts = bytes(legacy({ pickle: raw(''), keys: raw(''), storages: [] }));
  const text = join(parts, raw('\x80\x02T'));
  const rest = storages();
  const name = join(text, little(512 - text.length - 4 + rest.length, 4));
  const end = join(checkpoint().subarray(2), program(raw('](X\x01\0\0\x000e')), little(4, 8));
  return join(member(name, raw(''), { magic }), rest, raw('0'), end, Buffer.alloc(16, 1));
}

/** A zip whose first record is the rest of a tar's header and its members. */
function zipTar(magic: boolean): Buffer {
  const rest = storages();
  const name = 'a/tar';
  const start = bytes(zip([{ name, content: raw('') }])).subarray(0, 30 + name.length);
  const content = join(member(start, raw(''), { magic }), rest).subarray(start.length);
  return bytes(zip([{ name, content }, ...benignZip()]));
}

const tensorOf = (size: number) =>
  `"w":{"dtype":"U8","shape":[${size}],"data_offsets":[0,${size}]}`;

/** A safetensors file with one tensor of these bytes, and a text of its metadata to fill in the header. */
function safetensors(data: Buffer, note = ''): Buffer {
  const header = raw(`{"__metadata__":{"a":"${note}"},${tensorOf(data.length)}}`);
  return join(little(header.length, 8), header, data);
}

/** A safetensors file whose header is, byte for byte, that of a tar, which goes on in the tensor. */
function safetensorsTar(): Buffer {
  const data = storages();
  const [before, after] = ['{"__metadata__":{"a":"', `"},${tensorOf(data.length)}}`];
  const header = raw(before + ' '.repeat(504 - before.length - after.length) + after);
  const block = member(join(little(504, 8), header.subarray(0, 92)), raw(''), {
    magic: false,
    filler: 0x20,
  });
  header.copy(block, 8, 0, 92);
  // The end of the header's text stands where a tar has its prefix; the checksum is made anew.
  header.subarray(-after.length).copy(block, 512 - after.length);
  block.write('        ', 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}  `, 148);
  return join(block, data);
}

/** A safetensors file whose length is the opcode of a text: a chain of texts leads a pickle to the tensor. */
function safetensorsPickle(): Buffer {
  const first = 40; // the length of the text, which ends within the note
  const length = 0x58 + 256 * first; // X, and the text's length
  const data = join(Buffer.alloc(256, 'N'), evil.subarray(2));
  const [before, after] = ['{"__metadata__":{"a":"', `"},${tensorOf(data.length)}}`];
  const note = Buffer.alloc(length - before.length - after.length, ' ');
  let at = 5 + first - 8 - before.length;
  for (;;) {
    const left = note.length + after.length - at - 2; // to the tensor
    const next = left > 254 ? 126 : left > 126 ? 62 : left === 92 ? 93 : left; // 92 is a backslash
    note.write(`U${String.fromCharCode(next)}`, at);
    if (left <= 126) break;
    at += 2 + next;
  }
  return join(little(length, 8), raw(before), note, raw(after), data);
}

/** Spellings that some reader takes for data.pkl. */
const spellings = ['DATA.PKL', 'Data.pkl', 'data.pkL', 'data.pkl', 'data.pkl\0', './data.pkl'];
const more = ['constants.pkl', 'DATA/0', 'byteorder', 'sub/data.pkl', 'data.pkl.'];

const shapes: ((dice: Random) => Buffer)[] = [
  // one zip, a second pickle in it
  (dice) => {
    const second = { name: `a/${dice.pick([...spellings, ...more])}`, content: evil };
    const entries = benignZip();
    entries.splice(dice.integer(entries.length + 1), 0, second);
    return bytes(zip(entries, { in64: dice.pick([true, false]) }));
  },
  // a record under two names
  (dice) => {
    const names = ['a/data.pkl', 'a/other.pkl'] as const;
    const [name, localName] = dice.pick([names, [names[1], names[0]] as const]);
    const good = benignZip().filter((record) => record.name !== name);
    return bytes(zip([{ name, localName, content: evil }, ...good]));
  },
  // a zip in another's comment, or the end of one that lies before
  (dice) => {
    const first = zipAt(evilZip(), 0);
    const at = first.readUInt32LE(first.length - 6);
    const end = join(first.subarray(first.length - 22));
    end.writeUInt16LE(dice.pick([0, 7, 1]), 20);
    const base = dice.pick([first.length, first.length, at]);
    return join(first, zipAt(benignZip(), base, dice.pick([end, raw('x'), join(end, raw('x'))])));
  },
  // two zips, one after the other
  (dice) => {
    const [first, second] = dice.pick([
      [benignZip, evilZip],
      [evilZip, benignZip],
    ] as const);
    const before = zipAt(first(), 0);
    return join(before, zipAt(second(), dice.pick([before.length, 0])));
  },
  // a zip behind its own beginning
  (dice) => {
    const before = raw(`PK\x03\x04${'x'.repeat(dice.integer(60))}`);
    return join(before, zipAt(dice.pick([evilZip, benignZip])(), dice.pick([before.length, 0])));
  },
  (dice) => legacyTar(dice.pick([true, false])),
  (dice) => zipTar(dice.pick([true, false])),
  () => safetensorsTar(),
  () => safetensorsPickle(),
  // a safetensors file with another format as its tensor
  (dice) => safetensors(dice.pick([evil, bytes(zip(evilZip())), storages(), bytes(legacy())])),
  (dice) => {
    const rest = zipAt(evilZip(), safetensors(raw('')).length);
    return join(safetensors(raw(''), 'x'.repeat(dice.integer(9))), rest);
  },
  // the older format with a call in one of its pickles, or something after it
  (dice) => {
    const part = dice.pick(['magic', 'protocol', 'machine', 'pickle', 'keys'] as const);
    return bytes(legacy({ [part]: evil }));
  },
  (dice) => {
    const good = bytes(legacy());
    return join(good, dice.pick([evil, zipAt(evilZip(), good.length), storages(), raw('x')]));
  },
  // a pickle alone, and one that is long before it calls
  (dice) => {
    const numbers = Buffer.alloc(2 * dice.integer(1000), raw('N0'));
    return join(dice.pick([raw('\x80\x02'), raw('')]), numbers, evil.subarray(2));
  },
  // any of them beside any other
  (dice) => {
    const parts = [bytes(legacy()), evil, storages(), safetensors(raw('x')), zipAt(benignZip(), 0)];
    const first = dice.pick(parts);
    return join(first, dice.pick([...parts, zipAt(evilZip(), first.length)]));
  },
  // good files, which must not all be refused
  (dice) => dice.pick([bytes(zip(benignZip())), bytes(legacy()), safetensors(raw('\0'.repeat(9)))]),
];

/** Of every third file a few bytes are changed, mostly among its first and last ones. */
function mutate(file: Buffer, dice: Random): Buffer {
  if (dice.integer(3) > 0) return file;
  const out = Buffer.from(file);
  for (let i = dice.integer(3); i >= 0; i -= 1) {
    const place = dice.pick([
      dice.integer(Math.min(600, out.length)),
      out.length - 1 - dice.integer(Math.min(120, out.length)),
    ]);
    out[place] = dice.pick([0, 1, 0x20, 0x30, 0x2e, 0x50, dice.integer(256)]);
  }
  return out;
}

/** File number `seed`. */
export function polyglot(seed: number): Buffer {
  const dice = random(seed);
  return mutate(dice.pick(shapes)(dice), dice);
}

/** One of each kind that PyTorch runs code of, by what it is. */
export const certain: Record<string, () => Buffer> = {
  'DATA.PKL before data.pkl': () =>
    bytes(zip([{ name: 'a/DATA.PKL', content: evil }, ...benignZip()])),
  'the older format in a tar': () => legacyTar(true),
  'the older format in a tar without its name': () => legacyTar(false),
  'safetensors in a tar': safetensorsTar,
  'safetensors in a pickle': safetensorsPickle,
  'a zip before the end of another': () => {
    const first = zipAt(evilZip(), 0);
    const end = join(first.subarray(first.length - 22));
    end.writeUInt16LE(7, 20);
    return join(first, zipAt(benignZip(), first.length, end));
  },
  'a zip before another': () => {
    const first = zipAt(benignZip(), 0);
    return join(first, zipAt(evilZip(), first.length));
  },
};
