// TensorBoard's event files: a run's scalars as protobufs in length-prefixed, checksummed records.
// Sources: tensorflow's event.proto, summary.proto and record_writer.h.
import { hostname } from 'node:os';
import crc32c from 'crc-32/crc32c.js';
import { PbfWriter } from 'pbf';
import type { Event } from '../types/events.js';
import { append } from './event-log.js';
import { plotted, type Scalars } from './scalars.js';

/** Takes a run's events, and appends their scalars to a new file in the folder. Throws `bad_output`. */
export function openTensorBoard(output: string): (event: Event) => void {
  const name = `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`;
  const pointOf = plotted();
  return (event) => {
    if (event.type === 'start') append(output, name, framed(headerMessage()));
    const point = pointOf(event);
    if (point) append(output, name, framed(scalarsMessage(point.step, point.scalars)));
  };
}

const now = () => Date.now() / 1000;

/** Event { wall_time = 1, file_version = 3 } */
function headerMessage(): Uint8Array {
  const message = new PbfWriter();
  message.writeDoubleField(1, now());
  message.writeStringField(3, 'brain.Event:2');
  return message.finish();
}

/** Event { wall_time = 1, step = 2, summary = 5 }, Summary { value = 1 } */
function scalarsMessage(step: number, scalars: Scalars): Uint8Array {
  const message = new PbfWriter();
  message.writeDoubleField(1, now());
  message.writeVarintField(2, step);
  message.writeMessage(5, writeSummary, scalars);
  return message.finish();
}

function writeSummary(scalars: Scalars, message: PbfWriter): void {
  for (const [tag, value] of Object.entries(scalars)) {
    message.writeMessage(1, writeValue, { tag, value });
  }
}

/** Summary.Value { tag = 1, simple_value = 2 } */
function writeValue({ tag, value }: { tag: string; value: number }, message: PbfWriter): void {
  message.writeStringField(1, tag);
  message.writeFloatField(2, value);
}

/** Length (uint64), its checksum, the data, its checksum; all little-endian. */
function framed(data: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(8 + 4 + data.length + 4);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(maskedChecksum(framed.subarray(0, 8)), 8);
  framed.set(data, 12);
  framed.writeUInt32LE(maskedChecksum(data), 12 + data.length);
  return framed;
}

/** Rotated and shifted, so that the checksum of data with a checksum inside is no special case. */
function maskedChecksum(data: Uint8Array): number {
  const checksum = crc32c.buf(data) >>> 0;
  const rotated = ((checksum >>> 15) | (checksum << 17)) >>> 0;
  return (rotated + 0xa282ead8) >>> 0;
}
