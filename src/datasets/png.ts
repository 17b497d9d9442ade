// PNG files of pixels, which lose nothing.
import { deflateSync } from 'node:zlib';
import crc32 from 'crc-32';

/** `pixels` are (height, width, 3). */
export function encodePng(pixels: Uint8Array, width: number, height: number): Buffer {
  const row = width * 3;
  const lines = Buffer.alloc((row + 1) * height); // each with a filter before it: 0, none
  for (let y = 0; y < height; y += 1) {
    lines.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeInt32BE(crc32.buf(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}
