// npm run bench:search: the nearest of a million rows of 512 float32, in a file of 2 GB, beside numpy's product with
// a memory map of it. The two take turns; the file has been read once before.
//   --rows (1000000) --dim (512) --rounds (3) --k (10) --dir where the file goes (the system's temporary folder)
// Prints a table and ends with one line of JSON.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Vectors } from 'rdm-ssl';

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    dim: { type: 'string', default: '512' },
    rounds: { type: 'string', default: '3' },
    k: { type: 'string', default: '10' },
    dir: { type: 'string', default: tmpdir() },
  },
});
const [rows, dim, rounds, k] = [flags.rows, flags.dim, flags.rounds, flags.k].map(Number);
const scratch = mkdtempSync(join(flags.dir, 'rdm-bench-'));
const path = join(scratch, 'vectors.npy');

/** A block of random rows, over and over: the time does not depend on the values. */
function write() {
  const header = Buffer.alloc(128, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(118, 8);
  header.write(`{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dim}), }`, 10);
  header.write('\n', 127);
  const block = Float32Array.from({ length: Math.min(rows, 10_000) * dim }, () => Math.random() - 0.5);
  const file = openSync(path, 'w');
  writeSync(file, header);
  for (let left = rows * dim; left > 0; left -= block.length) {
    const bytes = Buffer.from(block.buffer, 0, 4 * Math.min(block.length, left));
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  }
  closeSync(file);
}

async function ours() {
  const vectors = Vectors.open(path);
  const query = vectors.row(rows - 1).map((value) => value + 0.01);
  const start = performance.now();
  await vectors.nearest(query, k);
  return (performance.now() - start) / 1000;
}

const numpy = `
import sys, time
import numpy as np
vectors = np.load(sys.argv[1], mmap_mode="r")
query = vectors[-1] + 0.01
start = time.perf_counter()
cosines = vectors @ query / np.linalg.norm(query)
cosines /= np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
nearest = np.argpartition(-cosines, int(sys.argv[2]))[:int(sys.argv[2])]
print(time.perf_counter() - start)
`;
function peer() {
  try {
    return Number(execFileSync('python3', ['-c', numpy, path, flags.k], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined; // no numpy
  }
}

const median = (numbers) => numbers.slice().sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  write();
  await ours(); // reads the file, and starts the threads
  const before = process.memoryUsage.rss();
  const runs = { rdm: [], numpy: [] };
  for (let round = 0; round < rounds; ++round) {
    runs.rdm.push(await ours());
    runs.numpy.push(peer());
  }
  const grown = Math.round((process.memoryUsage.rss() - before) / 2 ** 20);
  const seconds = Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, median(all)]));
  console.log(`the ${k} nearest of ${rows} rows of ${dim}, float32`);
  for (const [name, value] of Object.entries(seconds)) {
    console.log(`  ${name.padEnd(6)}${value === undefined ? '   no numpy' : `${value.toFixed(2).padStart(7)} s`}`);
  }
  console.log(`  resident memory grew by ${grown} MiB`);
  console.log(JSON.stringify({ bench: 'search', rows, dim, k, rounds, seconds, grownMebibytes: grown }));
} finally {
  rmSync(scratch, { recursive: true });
}
