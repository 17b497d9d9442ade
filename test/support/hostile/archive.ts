// The two formats of torch.save around a pickle, every field of them open to lies.
import { crc32 } from 'node:zlib';
import {
  checkpoint,
  dict,
  int,
  join,
  list,
  little,
  type Piece,
  program,
  raw,
  text,
} from './pickle.js';

const sizeOf = (piece: Piece) => (typeof piece === 'number' ? piece : piece.length);
const in64 = 0xffffffff;

export interface ZipRecord {
  name: string;
  content: Piece;
  /** What is said of it, where that is not the truth. */
  localName?: string;
  localSize?: number;
  localExtra?: Buffer;
  checksum?: number;
  method?: number;
  flags?: number;
  packed?: number;
  size?: number;
  nameLength?: number;
  header?: number;
  extra?: Buffer;
  magic?: string;
}

export interface ZipEnd {
  records?: number | bigint;
  size?: number | bigint;
  at?: number | bigint;
  comment?: Buffer;
  commentLength?: number;
  /** 64-bit records, and where their locator says they are. */
  in64?: boolean;
  at64?: number | bigint;
  magic64?: string;
}

export function zip(records: ZipRecord[], end: ZipEnd = {}): Piece[] {
  const pieces: Piece[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  const add = (piece: Piece) => {
    pieces.push(piece);
    at += sizeOf(piece);
  };
  for (const record of records) {
    entries.push(entry(record, at));
    add(localHeader(record));
    add(record.content);
  }
  const directory = Buffer.concat(entries);
  const start = at;
  add(directory);
  const claim = { records: records.length, size: directory.length, at: start, ...end };
  if (end.in64) add(end64(claim, at));
  add(
    join(
      raw('PK\x05\x06\0\0\0\0'),
      ...[claim.records, claim.records].map((value) => little(end.in64 ? 0xffff : value, 2)),
      ...[claim.size, claim.at].map((value) => little(end.in64 ? in64 : value, 4)),
      little(end.commentLength ?? end.comment?.length ?? 0, 2),
      end.comment ?? raw(''),
    ),
  );
  return pieces;
}

/** What the directory says of a record and its own header repeats. */
function said(record: ZipRecord) {
  const { content, flags = 0, method = 0 } = record;
  const size = sizeOf(content);
  const checksum = record.checksum ?? (typeof content === 'number' ? 0 : crc32(content));
  return { flags, method, checksum, packed: record.packed ?? size, size: record.size ?? size };
}

function localHeader(record: ZipRecord): Buffer {
  const { name, localName = name, localExtra = raw('') } = record;
  const { flags, method, checksum, packed, size } = said(record);
  return join(
    ...[raw('PK\x03\x04'), Buffer.alloc(2), little(flags, 2), little(method, 2), Buffer.alloc(4)],
    ...[checksum, packed, record.localSize ?? size].map((value) => little(value, 4)),
    little(localName.length, 2),
    little(localExtra.length, 2),
    raw(localName),
    localExtra,
  );
}

function entry(record: ZipRecord, at: number): Buffer {
  const { name, extra = raw('') } = record;
  const { flags, method, checksum, packed, size } = said(record);
  return join(
    raw(record.magic ?? 'PK\x01\x02'),
    Buffer.alloc(4),
    little(flags, 2),
    little(method, 2),
    Buffer.alloc(4),
    ...[checksum, packed, size].map((value) => little(value, 4)),
    little(record.nameLength ?? name.length, 2),
    little(extra.length, 2),
    Buffer.alloc(10),
    little(record.header ?? at, 4),
    raw(name),
    extra,
  );
}

function end64(
  said: Required<Pick<ZipEnd, 'records' | 'size' | 'at'>> & ZipEnd,
  at: number,
): Buffer {
  const numbers = [said.records, said.records, said.size, said.at].map((value) => little(value, 8));
  return join(
    ...[raw(said.magic64 ?? 'PK\x06\x06'), little(44, 8), Buffer.alloc(12), ...numbers],
    ...[raw('PK\x06\x07'), little(0, 4), little(said.at64 ?? at, 8), little(1, 4)],
  );
}

export const floats = Buffer.alloc(16, 1);

/** The records of a checkpoint with one storage of four numbers. */
export const records = (pickle = checkpoint(), storage: Piece = floats): ZipRecord[] => [
  { name: 'a/data.pkl', content: pickle },
  { name: 'a/byteorder', content: raw('little') },
  { name: 'a/data/0', content: storage },
];

/** The records of a good checkpoint, the named one changed. */
export const changed = (name: string, change: Partial<ZipRecord>): ZipRecord[] =>
  records().map((record) => (record.name === name ? { ...record, ...change } : record));

export interface LegacyParts {
  magic?: Buffer;
  protocol?: Buffer;
  machine?: Buffer;
  pickle?: Buffer;
  keys?: Buffer;
  storages?: Piece[];
}

export const magic = raw('\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19');
export const elements = (count: number | bigint, content: Piece = floats): Piece[] => [
  little(count, 8),
  content,
];

export const legacy = ({
  magic: first = program(magic),
  protocol = program(int(1001)),
  machine = program(dict({ little_endian: raw('\x88') })),
  pickle = checkpoint(),
  keys = program(list(text('0'))),
  storages = elements(4),
}: LegacyParts = {}): Piece[] => [first, protocol, machine, pickle, keys, ...storages];
