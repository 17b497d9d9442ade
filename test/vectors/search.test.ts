// Files of vectors: nearest images and near-duplicates, against plain loops over all rows.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { embed, pretrain, Vectors } from 'rdm-ssl';
import { dataset, quick, scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

const dim = 24;
const rows = 5000; // several blocks

/** A file of NumPy, as a program of others writes it. */
function npy(values: Float32Array, width: number, name = 'vectors.npy'): string {
  const path = join(scratch(), name);
  const shape = `(${values.length / width}, ${width})`;
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = Buffer.alloc(128, ' ');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(118, 8);
  header.write(`${dict}`, 10);
  header.write('\n', 127);
  writeFileSync(path, Buffer.concat([header, Buffer.from(values.buffer)]));
  return path;
}

function random(count: number): Float32Array {
  let state = 7;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const rowOf = (values: Float32Array, row: number) => values.subarray(row * dim, (row + 1) * dim);

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, one, other] = [0, 0, 0];
  for (let i = 0; i < a.length; ++i) {
    const [x = 0, y = 0] = [a[i], b[i]];
    product += x * y;
    one += x * x;
    other += y * y;
  }
  return product / Math.sqrt(one * other);
}

test('the nearest rows are those of a loop over all of them', async () => {
  const values = random(rows * dim);
  const vectors = Vectors.open(npy(values, dim));
  assert.deepEqual([vectors.rows, vectors.dim], [rows, dim]);
  for (const query of [0, 1234, rows - 1]) {
    const expected = Array.from({ length: rows }, (_, row) => ({
      row,
      similarity: cosine(rowOf(values, query), rowOf(values, row)),
    }))
      .filter(({ row }) => row !== query)
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 20);
    const found = await vectors.nearest(query, 20);
    assert.deepEqual(
      found.map(({ row }) => row),
      expected.map(({ row }) => row),
    );
    for (const [at, { similarity }] of found.entries()) {
      assert.ok(Math.abs(similarity - (expected[at]?.similarity ?? 0)) < 1e-6);
    }
    const alike = Array.from(rowOf(values, query), (value) => 3 * value);
    const [itself, ...others] = await vectors.nearest(alike, 21);
    assert.equal(itself?.row, query);
    assert.deepEqual(
      others.map(({ row }) => row),
      found.map(({ row }) => row),
    );
  }
});

test('rows of zeros and of NaN are near to nothing, equal ones come in their order', async () => {
  const values = random(50 * dim);
  values.fill(0, 3 * dim, 4 * dim);
  values.fill(Number.NaN, 5 * dim, 6 * dim);
  for (const row of [40, 20, 30]) values.set(rowOf(values, 10), row * dim);
  const found = await Vectors.open(npy(values, dim)).nearest(10, 1000);
  assert.deepEqual(
    found.slice(0, 3).map(({ row }) => row),
    [20, 30, 40],
  );
  assert.equal(found.length, 50 - 3);
  assert.ok(!found.some(({ row }) => row === 3 || row === 5));
});

test('duplicates are the groups that a loop over all pairs joins', async () => {
  const values = random(rows * dim);
  const planted = [
    [4, 4200],
    [17, 900, 4999],
  ];
  for (const [first = 0, ...others] of planted) {
    for (const row of others) {
      values.set(
        rowOf(values, first).map((value, at) => 2 * value + (at === 0 ? 1e-3 : 0)),
        row * dim,
      );
    }
  }
  const { outcome, groups } = await Vectors.open(npy(values, dim)).duplicates(0.95);
  assert.equal(outcome, 'done');
  assert.deepEqual(
    groups.map(({ images }) => images.map(({ row }) => row)),
    planted,
  );
  for (const { images } of groups) {
    for (const { similarity, row } of images) {
      const [first] = images;
      const expected = cosine(rowOf(values, first?.row ?? 0), rowOf(values, row));
      assert.ok(Math.abs(similarity - expected) < 1e-6);
    }
  }
  const stopping = new AbortController();
  stopping.abort();
  const { outcome: stopped } = await Vectors.open(npy(values, dim)).duplicates(0.95, {
    signal: stopping.signal,
  });
  assert.equal(stopped, 'stopped');
});

let folder: string;
let file: string;
before(async () => {
  const data = await dataset();
  folder = join(scratch(), 'photos');
  mkdirSync(folder);
  for (const name of readdirSync(join(data, 'train'))) {
    for (const image of readdirSync(join(data, 'train', name))) {
      cpSync(join(data, 'train', name, image), join(folder, `${name}, ${image}`)); // commas are quoted
    }
  }
  const [first = '', second = ''] = readdirSync(folder).sort();
  cpSync(join(folder, first), join(folder, 'zz-copy.jpg'));
  cpSync(join(folder, second), join(folder, 'zz-copy "2".jpg'));
  const { checkpoint } = await pretrain({
    ...{ data, ...quick, device: 'cpu', epochs: 1, seed: 1, workers: 2 },
    ...{ batchSize: 16, imagesPerClass: 4, dim: 64, predDim: 32, output: scratch() },
  });
  file = join(scratch(), 'features.npy');
  const given = { data: folder, pretrained: checkpoint ?? '', output: file };
  await embed({ ...given, device: 'cpu', workers: 2 });
});

test('a picture, listed or not, finds its copies; a sheet shows them', {
  timeout: 120_000,
}, async () => {
  const names = readdirSync(folder).sort();
  const copy = join(folder, 'zz-copy "2".jpg');
  const [listed] = await Vectors.open(file).nearest(join(folder, names[1] ?? ''), 1);
  assert.equal(listed?.path, copy);
  const elsewhere = join(scratch(), 'new.jpg');
  cpSync(copy, elsewhere);
  const html = join(scratch(), 'near.html');
  const line = ['search', elsewhere, '1', '--in', file, '--k', '2', '--device', 'cpu'];
  const { code, stdout, stderr } = await rdm([...line, '--html', html]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^cosine +row +path\n1\.0000 +1 +.*\n1\.0000 +\d+ +.*zz-copy "2"\.jpg\n/);
  assert.ok(stderr.includes(`rdm: nearest to ${elsewhere}:\n`), stderr);
  const page = readFileSync(html, 'utf8');
  assert.equal(page.match(/<figure /g)?.length, 6);
  assert.match(page, /zz-copy &quot;2&quot;\.jpg/);
  assert.match(page, /url\(data:image\/jpeg;base64,[\w+/=]{1000,}\)/);
  const { stdout: json } = await rdm([...line, '--json']);
  const { results } = JSON.parse(json.trimEnd().split('\n').at(-1) ?? '');
  assert.deepEqual(
    results.map(({ query, neighbours }: { query: string; neighbours: object[] }) => [
      query,
      neighbours.length,
    ]),
    [
      [elsewhere, 2],
      ['1', 2],
    ],
  );
});

test('duplicates prints groups, and lists all but the first of each', {
  timeout: 120_000,
}, async () => {
  const list = join(scratch(), 'duplicates.txt');
  const html = join(scratch(), 'duplicates.html');
  const line = ['duplicates', '--in', file, '--above', '0.999999', '-o', list, '--html', html];
  const { code, stdout, stderr } = await rdm(line);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /rdm: 2 groups: 2 images beside the first of each\n$/);
  assert.match(stdout, /^1\t1\.0000\t0\t.*\n1\t1\.0000\t\d+\t.*zz-copy\.jpg\n2\t/);
  assert.deepEqual(
    readFileSync(list, 'utf8'),
    `${folder}/zz-copy.jpg\n${folder}/zz-copy "2".jpg\n`,
  );
  assert.equal(readFileSync(html, 'utf8').match(/<figure /g)?.length, 4);
});

test('a map is drawn of a file of vectors', { timeout: 120_000 }, async () => {
  const html = join(scratch(), 'map.html');
  const line = ['map', '--in', file, '--images', '40', '--neighbours', '4', '--html', html];
  const { code, stderr } = await rdm(line);
  assert.equal(code, 0, stderr);
  assert.ok(stderr.endsWith(`rdm: a map of 40 images in ${html}\n`), stderr);
  assert.match(readFileSync(html, 'utf8'), /features\.npy: 40 images in /);
});

const line = (...words: string[]) => rdm(words, { cwd: scratch() });

test('every mistake is told', async () => {
  const refuses = async (words: string[], exit: number, expected: RegExp) => {
    const { code, stderr } = await line(...words);
    assert.match(stderr, expected);
    assert.equal(code, exit);
  };
  await refuses(
    ['search', '99', '--in', file],
    2,
    /^rdm: there is no row 99: .*features\.npy has 52\n {5}choose one from 0 to 51\n/m,
  );
  await refuses(['search', '1', '--in', 'none.npy'], 1, /cannot read the vectors of .*: ENOENT/);
  await refuses(
    ['search', '1', '--in', file, '--k', '0'],
    2,
    /k must be a whole number of at least 1/,
  );
  await refuses(['search', 'none.jpg', '--in', file], 1, /none\.jpg/);
  await refuses(
    ['map', '--in', file, folder],
    2,
    /^rdm: --in has the vectors of its images: neither weights nor places go with it\n/,
  );
  await refuses(['map', folder], 2, /^rdm: neither weights nor vectors were given/);
  const cut = npy(random(4 * dim), dim, 'cut.npy');
  truncateSync(cut, 200);
  await refuses(
    ['search', '1', '--in', cut],
    1,
    /cannot read the vectors of .*cut\.npy: its last 312 bytes are missing\n/,
  );
  const text = join(scratch(), 'text.npy');
  writeFileSync(text, 'hello');
  await refuses(['duplicates', '--in', text], 1, /text\.npy: it is no file of NumPy\n/);
  await refuses(
    ['duplicates', '--in', file, '--above', '2'],
    2,
    /above must be a number from 0 to 1, not 2/,
  );
  const alone = npy(random(4 * dim), dim, 'alone.npy');
  await refuses(
    ['search', join(folder, readdirSync(folder)[0] ?? ''), '--in', alone],
    1,
    /cannot read what the vectors are of, .*alone\.json: ENOENT/,
  );
  await refuses(
    ['search', 'new.jpg', '--in', file, '--pretrained', 'gone.pth'],
    1,
    /the weights that the vectors are of are not there: .*gone\.pth\n {5}pass --pretrained/,
  );
});
