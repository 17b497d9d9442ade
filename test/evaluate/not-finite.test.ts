// Weights that are no numbers: whatever looks at their features says so.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { before } from 'node:test';
import { crc32 } from 'node:zlib';
import { pretrain } from 'rdm-ssl';
import { dataset, scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let poisoned: string;
before(async () => {
  const data = await dataset();
  const sizes = { cropSize: 32, batchSize: 16, dim: 64, predDim: 32, imagesPerClass: 4 };
  const run = { arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 } as const;
  const { checkpoint } = await pretrain({ data, output: scratch(), ...run, ...sizes });
  assert.ok(checkpoint);
  poisoned = join(dirname(checkpoint), 'poisoned.pth.tar'); // in place, so that its recorded folder counts
  writeFileSync(poisoned, withoutNumbers(readFileSync(checkpoint)));
});

/** A checkpoint's bytes with the first convolution of the backbone set to NaN, checksums made right. */
function withoutNumbers(file: Buffer): Buffer {
  const conv1 = 64 * 3 * 7 * 7 * 4;
  const end = file.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let spoilt = 0;
  for (let entry = file.readUInt32LE(end + 16); file.readUInt32LE(entry) === 0x02014b50; ) {
    const lengths = [28, 30, 32].map((at) => file.readUInt16LE(entry + at));
    if (file.readUInt32LE(entry + 24) === conv1) {
      const header = file.readUInt32LE(entry + 42);
      const begin = header + 30 + file.readUInt16LE(header + 26) + file.readUInt16LE(header + 28);
      const values = file.subarray(begin, begin + conv1);
      for (let at = 0; at < conv1; at += 4) values.writeFloatLE(Number.NaN, at);
      const described = (file.readUInt16LE(header + 6) & 8) !== 0; // the checksum follows the content
      file.writeUInt32LE(crc32(values), described ? begin + conv1 + 4 : header + 14);
      file.writeUInt32LE(crc32(values), entry + 16);
      spoilt += 1;
    }
    entry += 46 + lengths.reduce((sum, length) => sum + length, 0);
  }
  assert.ok(spoilt > 0);
  return file;
}

for (const [command, images] of [
  [['knn', '--pretrained'], '40 of 40'],
  [['spectrum'], '20 of 20'],
  [['score'], '20 of 20'],
  [['map', '--html', '/dev/null', '--pretrained'], '20 of 20'],
  [['embed', '-o', join(scratch(), 'bad.npy'), '--pretrained'], '20 of 20'],
] as const) {
  test(`rdm ${command[0]} refuses features that are no numbers`, async () => {
    const { code, stdout, stderr } = await rdm([...command, poisoned]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      new RegExp(
        `^rdm: the features of ${images} images are not finite\n +the weights are dam`,
        'm',
      ),
    );
  });
}
