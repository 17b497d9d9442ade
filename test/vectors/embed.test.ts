// rdm embed: a row an image, the same however it is made, gone on with where it was ended.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { type EmbedOptions, embed, features, pretrain } from 'rdm-ssl';
import { readMatrixPlace, readRows } from '../../dist/vectors/matrix.js';
import { dataset, scratch } from '../support/folders.js';
import { bin, rdm } from '../support/rdm.js';

let data: string;
let photos: string; // 50 images without labels
let checkpoint: string;
before(async () => {
  data = await dataset();
  photos = join(scratch(), 'photos');
  mkdirSync(photos);
  for (const name of readdirSync(join(data, 'train'))) {
    for (const file of readdirSync(join(data, 'train', name))) {
      cpSync(join(data, 'train', name, file), join(photos, `${name}-${file}`));
    }
  }
  const { checkpoint: written } = await pretrain({
    ...{ data, arch: 'resnet18', device: 'cpu', epochs: 1, seed: 1, workers: 2 },
    ...{ cropSize: 32, batchSize: 16, imagesPerClass: 4, dim: 64, predDim: 32, output: scratch() },
  });
  assert.ok(written);
  checkpoint = written;
});

const options = (name = 'features.npy') =>
  ({
    ...{ data: photos, pretrained: checkpoint, output: join(scratch(), name) },
    ...{ device: 'cpu', workers: 2, valBatchSize: 16 },
  }) satisfies EmbedOptions;

const floats = (path: string) => {
  const place = readMatrixPlace(path);
  return readRows(place, 0, place.rows);
};

test('the rows are what features() makes, in the order of the listing', async () => {
  const given = options();
  const { files, images, rows, dim, classes } = await embed(given);
  assert.deepEqual([images, rows, dim, classes], [50, 50, 512, 0]);
  const stem = given.output.replace(/\.npy$/, '');
  assert.deepEqual(files, [given.output, `${stem}.paths.csv`, `${stem}.json`]);
  const { valBatchSize, pretrained, output, ...same } = given;
  const set = await features({ ...same, checkpoint, images: 0, thumbnail: 0, output: scratch() });
  assert.equal(floats(given.output).length, 50 * 512);
  const largest = floats(given.output).reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (set.features[at] ?? 0))),
    0,
  );
  assert.ok(largest < 1e-5, `${largest}`); // batches of another size end in other last bits
  const listed = readFileSync(`${stem}.paths.csv`, 'utf8').trimEnd().split('\n');
  assert.deepEqual(listed, ['path', ...set.paths]);
  assert.deepEqual(readdirSync(join(given.output, '..')).sort(), [
    ...['features.json', 'features.npy', 'features.paths.csv'],
  ]);
});

test('labels stand beside the paths, and that table is a place with the same rows', async () => {
  const given = { ...options(), data };
  const { classes } = await embed(given);
  assert.equal(classes, 10);
  const table = given.output.replace(/npy$/, 'paths.csv');
  assert.match(readFileSync(table, 'utf8'), /^path,label\n.*\/val\/blotches\/\d+\.jpg,blotches\n/);
  const again = { ...options(), data: table };
  await embed(again);
  assert.deepEqual(readFileSync(again.output), readFileSync(given.output));
});

test('1, 2 and 5 workers write the same bytes', async () => {
  const made: Buffer[] = [];
  for (const workers of [1, 2, 5]) {
    const given = { ...options(), workers };
    await embed(given);
    made.push(readFileSync(given.output));
  }
  const [one, ...others] = made;
  for (const other of others) assert.ok(one?.equals(other));
});

test('rows of length 1, float16, the projector: each is what it says', async () => {
  const plain = options();
  await embed(plain);
  const expected = floats(plain.output);
  const unit = { ...options(), normalize: true };
  await embed(unit);
  const normalised = floats(unit.output);
  for (let row = 0; row < 50; ++row) {
    const given = expected.subarray(row * 512, (row + 1) * 512);
    const length = Math.hypot(...given);
    const made = normalised.subarray(row * 512, (row + 1) * 512);
    assert.ok(made.every((value, at) => Math.abs(value - (given[at] ?? 0) / length) < 1e-6));
  }
  const half = { ...options(), dtype: 'float16' as const };
  await embed(half);
  assert.equal(statSync(half.output).size, 128 + 50 * 512 * 2);
  const rounded = floats(half.output);
  assert.ok(rounded.every((value, at) => Math.abs(value - (expected[at] ?? 0)) <= 2e-3));
  const projected = { ...options(), features: 'projector' as const };
  assert.equal((await embed(projected)).dim, 64);
});

test('in bf16 the rows are near to those in float32', async () => {
  const [plain, rounded] = [options(), { ...options(), precision: 'bf16' as const }];
  await embed(plain);
  await embed(rounded);
  const [expected, found] = [floats(plain.output), floats(rounded.output)];
  for (let row = 0; row < 50; ++row) {
    const [given, made] = [expected, found].map((all) => all.subarray(row * 512, (row + 1) * 512));
    const difference = Math.hypot(...(given ?? []).map((value, at) => value - (made?.[at] ?? 0)));
    // Factors of 8 bits, over 18 layers.
    assert.ok(difference / Math.hypot(...(given ?? [])) < 0.05, `row ${row}: ${difference}`);
  }
  assert.ok(!readFileSync(plain.output).equals(readFileSync(rounded.output)));
});

test('a run that is killed goes on, and the bytes are those of one that was not', {
  timeout: 120_000,
}, async () => {
  const many = join(scratch(), 'many'); // of several batches
  mkdirSync(many);
  for (const name of readdirSync(photos)) {
    for (let i = 0; i < 8; ++i) linkSync(join(photos, name), join(many, `${i}-${name}`));
  }
  const line = (output: string) => [
    ...['embed', many, '--pretrained', checkpoint, '-o', output, '--device', 'cpu', '-j', '1'],
  ];
  const killed = join(scratch(), 'killed.npy');
  const child = spawn(process.execPath, [bin, ...line(killed), '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (text) => {
    told += text;
    if (told.includes('"type":"progress"')) child.kill('SIGKILL');
  });
  await once(child, 'close');
  assert.ok(!existsSync(killed) && existsSync(`${killed}.partial`));
  const straight = join(scratch(), 'straight.npy');
  for (const output of [killed, straight]) {
    const { code, stderr } = await rdm(line(output));
    assert.equal(code, 0, stderr);
    assert.equal(/, \d+ of them by an earlier call\n$/.test(stderr), output === killed, stderr);
  }
  assert.ok(readFileSync(killed).equals(readFileSync(straight)));
});

/** What a kill leaves after so many rows and some bytes of another. */
async function interrupted(rows: number): Promise<ReturnType<typeof options>> {
  const given = options();
  const stopping = new AbortController();
  const { outcome, files } = await embed(given, {
    signal: stopping.signal,
    onEvent: (event) => {
      if (event.type === 'progress' && event.done >= rows) stopping.abort();
    },
  });
  assert.deepEqual([outcome, files], ['stopped', []]);
  assert.ok(!existsSync(given.output));
  truncateSync(`${given.output}.partial`, 128 + rows * 512 * 4);
  appendFileSync(`${given.output}.partial`, 'x'.repeat(1000));
  return given;
}

test('it goes on after the last whole batch, whatever stands behind it', async () => {
  const whole = options();
  await embed(whole);
  const given = await interrupted(16);
  const { resumed, rows } = await embed(given);
  assert.deepEqual([resumed, rows], [16, 50]);
  assert.ok(readFileSync(given.output).equals(readFileSync(whole.output)));
});

test('it does not go on with other images, weights or options, and says which', async () => {
  const given = await interrupted(16);
  const refuses = (other: Partial<EmbedOptions>, difference: string) =>
    assert.rejects(embed({ ...given, ...other }), {
      code: 'bad_output',
      message: `cannot go on with ${given.output}.partial: it was begun with ${difference}`,
      hint: 'the same line goes on; --overwrite begins anew',
    });
  const fewer = join(scratch(), 'fewer');
  cpSync(photos, fewer, { recursive: true });
  renameSync(join(fewer, readdirSync(photos)[0] ?? ''), join(fewer, 'zebra.jpg'));
  await refuses({ data: fewer }, 'other images');
  await refuses({ dtype: 'float16' }, 'dtype "float32", which is now "float16"');
  await refuses({ cropSize: 48, valResize: 48 }, 'cropSize 32, which is now 48');
  await refuses({ precision: 'bf16' }, 'precision "fp32", which is now "bf16"');
  const { checkpoint: trained } = await pretrain({
    ...{ data, arch: 'resnet18', device: 'cpu', epochs: 1, seed: 2, workers: 2 },
    ...{ cropSize: 32, batchSize: 16, imagesPerClass: 4, dim: 64, predDim: 32, output: scratch() },
  });
  await refuses({ pretrained: trained ?? '' }, 'other weights');
  const { resumed } = await embed({ ...given, dtype: 'float16', overwrite: true });
  assert.equal(resumed, 0);
});

test('a finished file stays, unless it is to be replaced', async () => {
  const given = options();
  await embed(given);
  const before = readFileSync(given.output);
  await assert.rejects(embed(given), {
    code: 'bad_output',
    message: `${given.output} is there already`,
    hint: '--overwrite replaces it; or choose another file',
  });
  await embed({ ...given, overwrite: true });
  assert.ok(readFileSync(given.output).equals(before));
});

test('the row of an image that cannot be read is NaN, and the image is listed', async () => {
  const broken = join(scratch(), 'broken');
  cpSync(photos, broken, { recursive: true });
  const name = readdirSync(photos)[20] ?? '';
  writeFileSync(join(broken, name), 'no image');
  const given = { ...options(), data: broken };
  const said: string[] = [];
  await embed(given, {
    onEvent: (event) => {
      if (event.type === 'warning') said.push(event.message);
    },
  });
  assert.match(said[0] ?? '', /^1 of 50 embedded images could not be read and have rows of NaN, /);
  const whole = options();
  await embed(whole);
  const [found, expected] = [floats(given.output), floats(whole.output)];
  assert.ok(found.every((value, at) => Math.floor(at / 512) === 20 || value === expected[at]));
  assert.ok(found.subarray(20 * 512, 21 * 512).every(Number.isNaN));
  const list = join(given.output, '..', 'bad-images-embedded.txt');
  assert.ok(readFileSync(list, 'utf8').startsWith(join(broken, name)));
});

const refused: [what: string, line: () => string[], stderr: RegExp][] = [
  [
    'no weights',
    () => [photos, '-o', 'x.npy'],
    /^rdm: no weights were given, of which the vectors are to be\n {5}pass --pretrained FILE/,
  ],
  [
    'no file',
    () => [photos, '--pretrained', checkpoint],
    /^rdm: required option '-o, --output <file>' not specified\n/,
  ],
  [
    'a format that is none',
    () => [photos, '--pretrained', checkpoint, '-o', 'features.xlsx'],
    /^rdm: no format of vectors has the ending of .*features\.xlsx\n {5}choose from: \.npy, \.csv, \.safetensors, \.parquet\n/,
  ],
  [
    'the drawing of before',
    () => [checkpoint, '--html', 'map.html'],
    /^rdm: rdm embed writes vectors; --html is of the map of them, rdm map\n {5}rdm map --pretrained CHECKPOINT --html map\.html PLACE\n/,
  ],
];

for (const [what, line, expected] of refused) {
  test(`${what} is refused`, async () => {
    const { code, stderr } = await rdm(['embed', ...line()], { cwd: scratch() });
    assert.match(stderr, expected);
    assert.equal(code, 2);
  });
}

test('a folder that is not there is told', async () => {
  const output = join(scratch(), 'nowhere', 'x.npy');
  await assert.rejects(embed({ ...options(), output }), {
    code: 'bad_output',
    message: `cannot write ${output}.partial: No such file or directory`,
  });
});
