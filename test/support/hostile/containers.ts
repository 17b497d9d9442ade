// What is around the pickle: zips that lie about themselves, the older format, and other kinds of files.
import { deflateRawSync, gzipSync } from 'node:zlib';
import {
  changed,
  elements,
  floats,
  legacy,
  records,
  type ZipEnd,
  type ZipRecord,
  zip,
} from './archive.js';
import type { Hostile } from './cases.js';
import {
  checkpoint,
  dict,
  int,
  join,
  list,
  little,
  no,
  type Piece,
  program,
  raw,
  text,
} from './pickle.js';

type Case = [what: string, says: string, pieces: () => Piece[]];

const foreign = 'it is not a file of torch.save';
const noDirectory = 'the zip is cut short: it has no directory';
const twoEnds = 'the zip has more than one end record';
const elsewhere = 'its 64-bit end record is not where it says';
const damaged = (why: string) => `the zip is damaged: ${why}`;
const bytes = (pieces: Piece[]) => join(...pieces.map((piece) => piece as Buffer));
const good = () => bytes(zip(records()));
const goodLegacy = () => bytes(legacy());
const beside = (record: ZipRecord) => () => zip([...records(), record]);
const spoilt = (name: string, change: Partial<ZipRecord>) => () => zip(changed(name, change));
const ending = (end: ZipEnd) => () => zip(records(), end);

const directories: Case[] = [
  ...[1, 21, 22, 40, 200].map(
    (less): Case => [
      `a zip without its last ${less} bytes`,
      noDirectory,
      () => [good().subarray(0, -less)],
    ],
  ),
  ['the first four bytes of a zip', noDirectory, () => [raw('PK\x03\x04')]],
  ['a zip with bytes after it', 'the zip has 4 bytes after its end', () => [good(), raw('more')]],
  [
    'a directory behind the file',
    damaged('its directory lies outside the file'),
    ending({ at: 2 ** 31 }),
  ],
  [
    'a directory longer than the file',
    damaged('its directory lies outside the file'),
    ending({ size: 2 ** 31 }),
  ],
  [
    'a directory of a record too many',
    damaged('a record is missing from its directory'),
    ending({ records: 4 }),
  ],
  [
    'a directory of 65,535 records',
    damaged('a record is missing from its directory'),
    ending({ records: 65_535 }),
  ],
  [
    'a directory of a record too few',
    damaged('its directory holds more records than it says'),
    ending({ records: 2 }),
  ],
  [
    'a directory of nothing',
    'bytes between its directory and its end belong to neither',
    ending({ records: 0, size: 0 }),
  ],
  [
    'a directory of 2 to the 60 records',
    'the zip has 1152921504606846976 records',
    ending({ in64: true, records: 2n ** 60n }),
  ],
  [
    'a directory at 2 to the 63',
    damaged('its directory lies outside the file'),
    ending({ in64: true, at: 2n ** 63n }),
  ],
  [
    'a directory of 2 to the 64 bytes',
    damaged('its directory lies outside the file'),
    ending({ in64: true, size: -1 }),
  ],
  [
    'a 64-bit end record behind the file',
    damaged(elsewhere),
    ending({ in64: true, at64: 2n ** 62n }),
  ],
  [
    'a 64-bit end record that is none',
    damaged(elsewhere),
    ending({ in64: true, magic64: 'PK\x06\x09' }),
  ],
  ['a 64-bit end record in a loop', damaged(elsewhere), ending({ in64: true, at64: 0 })],
  [
    'another directory in the comment',
    twoEnds,
    () => zip(records(), { comment: bytes(zip([{ name: 'b/x', content: floats }])) }),
  ],
  [
    'a comment',
    'the zip has 5 bytes after its end record, which torch.save never writes',
    ending({ comment: raw('hello') }),
  ],
  ['a comment that is not there', 'the zip has 0 bytes after', ending({ commentLength: 1 })],
  [
    'two end records, of which one is the comment of the other',
    twoEnds,
    ending({ comment: raw(`PK\x05\x06${'\0'.repeat(18)}`) }),
  ],
  [
    'two end records of different directories',
    damaged('its two end records disagree'),
    () => {
      const whole = bytes(zip(records(), { in64: true }));
      whole.writeUInt32LE(1, whole.length - 6);
      return [whole];
    },
  ],
  [
    'bytes between the directory and its end',
    damaged('4 bytes between its directory and its end belong to neither'),
    () => {
      const whole = good();
      return [whole.subarray(0, -22), raw('more'), whole.subarray(-22)];
    },
  ],
  [
    'bytes before the first record',
    damaged('10 bytes before a/data.pkl belong to no record'),
    () => {
      const before = raw('PK\x03\x04before');
      const at = Number(good().readUInt32LE(good().length - 6)) + before.length;
      const moved = zip(shifted(before.length), { at });
      return [before, ...moved];
    },
  ],
  [
    'a directory of 20 MB',
    "the zip's directory has 20080506 bytes",
    () =>
      zip(
        [...records(), { name: 'a/x', content: floats, extra: Buffer.alloc(60_000) }].concat(
          Array.from({ length: 400 }, (_, i) => ({
            name: `a/${i}`,
            content: raw(''),
            extra: Buffer.alloc(50_000),
          })),
        ),
      ),
  ],
  [
    '70,000 records',
    'the zip has 70000 records',
    () =>
      zip(
        Array.from({ length: 70_000 }, (_, i) => ({ name: `a/${i}`, content: raw('') })),
        { in64: true, records: 70_000 },
      ),
  ],
];

const data = 'a/data/0';
const entries: Case[] = [
  [
    'an entry that is none',
    damaged('a record is missing from its directory'),
    spoilt(data, { magic: 'PK\x01\x03' }),
  ],
  [
    'a name longer than the directory',
    damaged('its directory is cut short'),
    spoilt(data, { nameLength: 60_000 }),
  ],
  [
    'a record behind the file',
    damaged(`${data} lies outside the file`),
    spoilt(data, { header: 2 ** 31 }),
  ],
  [
    `a record where none begins`,
    damaged('1 bytes after a/byteorder belong to no record'),
    spoilt(data, { header: checkpoint().length + 30 + 10 + 30 + 11 + 6 + 1 }),
  ],
  [
    'a record within another',
    damaged('a/data.pkl reaches into what follows it'),
    spoilt(data, { header: 40 }),
  ],
  [
    'a record under two names',
    damaged(`its directory and the record of ${data} disagree`),
    spoilt(data, { localName: 'a/data/1' }),
  ],
  [
    'a record under names of two lengths',
    damaged(`its directory and the record of ${data} disagree`),
    spoilt(data, { localName: 'a/data/10' }),
  ],
  [
    'a record that reaches into the directory',
    damaged(`${data} reaches into what follows it`),
    spoilt(data, { size: 100, packed: 100 }),
  ],
  [
    'a record that reaches into the next',
    damaged('a/data.pkl reaches into what follows it'),
    spoilt('a/data.pkl', { size: 2000, packed: 2000 }),
  ],
  [
    'a record of 4 GB without its 64 bits',
    damaged(`${data} reaches into what follows it`),
    spoilt(data, { size: -1, packed: -1 }),
  ],
  [
    'a record of 2 to the 63 bytes',
    damaged(`${data} reaches into what follows it`),
    spoilt(data, {
      size: -1,
      packed: -1,
      extra: join(little(1, 2), little(16, 2), little(2n ** 63n, 8), little(2n ** 63n, 8)),
    }),
  ],
  [
    'a record whose 64 bits are cut short',
    damaged('a field is cut short'),
    spoilt(data, { size: -1, packed: -1, extra: join(little(1, 2), little(4, 2), little(0, 4)) }),
  ],
  [
    'two records in one place',
    damaged('a/data.pkl reaches into what follows it'),
    () => zip([...records(), { name: 'a/data/1', content: raw(''), header: 0 }]),
  ],
  [
    'a hundred records over one hole',
    damaged('a/data/2 reaches into what follows it'),
    () =>
      zip([
        ...records(),
        ...Array.from({ length: 100 }, (_, i) => ({
          name: `a/data/${i + 1}`,
          content: i === 0 ? 100_000_000 : 0,
          size: 100_000_000,
          packed: 100_000_000,
        })),
      ]),
  ],
  [
    'two pickles',
    'it holds a/data.pkl twice',
    beside({ name: 'a/data.pkl', content: checkpoint() }),
  ],
  ['two storages of a name', `it holds ${data} twice`, beside({ name: data, content: floats })],
  ...['a/DATA.PKL', 'a/data.pkL', 'a/ByteOrder', 'a/Data/0'].map(
    (name): Case => [
      `a record called '${name}'`,
      `its record ${name} has capital letters, whose case PyTorch's look-up ignores`,
      beside({ name, content: checkpoint() }),
    ],
  ),
  ...['a/data.pkl\0', 'a/x\\data.pkl', 'a/x\x1b[2j'].map(
    (name): Case => [
      `a record called '${name}'`,
      `its record ${name.replaceAll(/\p{Cc}/gu, '?')} has a name that readers take differently`,
      beside({ name, content: checkpoint() }),
    ],
  ),
  [
    'a TorchScript archive',
    'its record a/constants.pkl makes it TorchScript, which PyTorch runs',
    beside({ name: 'a/constants.pkl', content: checkpoint() }),
  ],
  [
    'a record whose header says another size',
    damaged(`its directory and the record of ${data} disagree`),
    spoilt(data, { localSize: 15 }),
  ],
  [
    'a record with a second name',
    damaged('a record has two names'),
    spoilt(data, { extra: join(little(0x7075, 2), little(6, 2), raw('\x01....x')) }),
  ],
  [
    'a record whose 64 bits are there twice',
    damaged('a record has its 64-bit sizes twice'),
    spoilt(data, { extra: raw('\x01\0\0\0\x01\0\0\0') }),
  ],
  [
    'bytes between two records',
    damaged('4 bytes after a/byteorder belong to no record'),
    spoilt('a/byteorder', { content: raw('littlemore'), size: 6, packed: 6 }),
  ],
  ...[
    'b/data/1',
    '../evil',
    'a/../../evil',
    '/etc/passwd',
    'C:\\evil',
    'data.pkl',
    '',
    'a',
    'a/..',
  ].map(
    (name): Case => [
      `a record called '${name}'`,
      `its record ${name} lies outside the archive's folder`,
      beside({ name, content: floats }),
    ],
  ),
  [
    'an archive in the root folder',
    'its record /data.pkl lies outside',
    () => zip(records().map((record) => ({ ...record, name: record.name.slice(1) }))),
  ],
  [
    'an archive in the folder above',
    'its record ../data.pkl lies outside',
    () => zip(records().map((record) => ({ ...record, name: `..${record.name.slice(1)}` }))),
  ],
  [
    'a pickle that was deflated',
    'a/data.pkl is compressed, which torch.save never does',
    () => {
      const packed = deflateRawSync(checkpoint());
      return zip(changed('a/data.pkl', { content: packed, method: 8, size: checkpoint().length }));
    },
  ],
  [
    'a storage of a gigabyte in a megabyte',
    `${data} is compressed, which torch.save never does`,
    () => {
      const packed = join(
        ...Array(64).fill(deflateRawSync(Buffer.alloc(16_000_000), { level: 9 })),
      );
      return zip(changed(data, { content: packed, method: 8, size: 1_024_000_000 }));
    },
  ],
  [
    'a storage packed by bzip2',
    `${data} is compressed, which torch.save never does`,
    spoilt(data, { method: 12 }),
  ],
  [
    'a storage of two sizes',
    `${data} is compressed, which torch.save never does`,
    spoilt(data, { size: 32 }),
  ],
  ['a zip with a password', 'the zip is encrypted', spoilt(data, { flags: 1 })],
  [
    'a pickle with a bad checksum',
    'data.pkl is damaged: its checksum does not match',
    spoilt('a/data.pkl', { checksum: 1 }),
  ],
  [
    'a storage with a bad checksum',
    'data/0 is damaged: its checksum does not match',
    spoilt(data, { checksum: 1 }),
  ],
  ['a zip without a pickle', 'it has no data.pkl', () => zip(records().slice(1))],
  ['a zip without a storage', 'it has no data/0', () => zip(records().slice(0, 2))],
  [
    'a storage cut short',
    'data/0 has 12 bytes, not 16',
    spoilt(data, { content: floats.subarray(4) }),
  ],
  [
    'numbers the other way round',
    'its numbers are big-endian',
    spoilt('a/byteorder', { content: raw('big') }),
  ],
  [
    'an order of bytes of a megabyte',
    'byteorder has 1000000 bytes',
    spoilt('a/byteorder', { content: Buffer.alloc(1_000_000) }),
  ],
  [
    'a pickle with a hole of a gigabyte',
    'data.pkl has 1073741824 bytes',
    spoilt('a/data.pkl', { content: 2 ** 30 }),
  ],
  [
    'a pickle of 64 MB of zeros',
    'it uses opcode 0, which torch.save never writes',
    spoilt('a/data.pkl', { content: 64 * 2 ** 20 }),
  ],
  ['an empty storage of the pickle', 'it is cut short', spoilt('a/data.pkl', { content: raw('') })],
];

/** The records of a good checkpoint where the directory has them `by` bytes further on. */
function shifted(by: number): ZipRecord[] {
  let at = by;
  return records().map((record) => {
    const moved = { ...record, header: at };
    at += 30 + record.name.length + (record.content as Buffer).length;
    return moved;
  });
}

const older: Case[] = [
  [
    'the older format with bytes after it',
    'its last 4 bytes belong to no storage',
    () => [...legacy(), raw('more')],
  ],
  [
    'the older format with a zip after it',
    'it is a zip as well, and PyTorch could read that',
    () => [...legacy(), good()],
  ],
  ...[1, 16, 24, 30].map(
    (less): Case => [
      `the older format without its last ${less} bytes`,
      'it is cut short',
      () => [goodLegacy().subarray(0, -less)],
    ],
  ),
  ['the older format with another magic number', foreign, () => legacy({ magic: program(int(1)) })],
  [
    'the older format of protocol 1000',
    'its protocol is not 1001',
    () => legacy({ protocol: program(int(1000)) }),
  ],
  [
    'the older format of protocol "1001"',
    'its protocol is not 1001',
    () => legacy({ protocol: program(text('1001')) }),
  ],
  [
    'the older format, big-endian',
    'its numbers are big-endian',
    () => legacy({ machine: program(dict({ little_endian: no })) }),
  ],
  [
    'the older format with keys that are a number',
    'it has no list of storages',
    () => legacy({ keys: program(int(0)) }),
  ],
  [
    'the older format with a key that is a number',
    'it lists a storage that no tensor has',
    () => legacy({ keys: program(list(int(0))) }),
  ],
  [
    'the older format with a key of no tensor',
    'it lists a storage that no tensor has',
    () => legacy({ keys: program(list(text('1'))) }),
  ],
  [
    'the older format with a key twice',
    'it lists storage 0 twice',
    () =>
      legacy({
        keys: program(list(text('0'), text('0'))),
        storages: [...elements(4), ...elements(4)],
      }),
  ],
  ['the older format without keys', 'it has no storage 0', () => legacy({ keys: program(list()) })],
  [
    'the older format with a storage of five',
    'storage 0 has 5 elements, not 4',
    () => legacy({ storages: elements(5) }),
  ],
  [
    'the older format with a storage of minus four',
    'storage 0 has -4 elements, not 4',
    () => legacy({ storages: elements(-4) }),
  ],
  [
    'the older format with a pickle of lists',
    'it asks for over four million operations',
    () => legacy({ pickle: Buffer.alloc(5_000_000, ']') }),
  ],
];

const others: Case[] = [
  [
    'a tar',
    foreign,
    () => [join(raw('sys_info'), Buffer.alloc(249), raw('ustar\x0000'), Buffer.alloc(9_977))],
  ],
  ['a gzip', foreign, () => [gzipSync(good())]],
  ['a 7z', foreign, () => [join(raw("7z\xbc\xaf'\x1c\0\x04"), Buffer.alloc(100))]],
  ['an HDF5 file', foreign, () => [join(raw('\x89HDF\r\n\x1a\n'), Buffer.alloc(1000))]],
  [
    'a safetensors file',
    foreign,
    () => [
      join(
        little(60, 8),
        raw('{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}     '),
        floats,
      ),
    ],
  ],
  [
    'a NumPy array',
    foreign,
    () => [raw("\x93NUMPY\x01\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n")],
  ],
  ['an ELF program', foreign, () => [join(raw('\x7fELF\x02\x01\x01'), Buffer.alloc(1000))]],
  ['a script', foreign, () => [raw('#!/bin/sh\ntouch rdm-was-here\n')]],
  ['a bare pickle', foreign, () => [checkpoint()]],
  ['a hole of a terabyte', foreign, () => [2 ** 40]],
  ['a page', foreign, () => [raw('<!doctype html><title>404</title>')]],
];

export const containers: Hostile[] = [...directories, ...entries, ...older, ...others].map(
  ([name, says, pieces]) => ({ name, says, pieces }),
);
