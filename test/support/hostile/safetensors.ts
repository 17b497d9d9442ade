// Headers of safetensors files that are far larger than what they describe. Only `rdm inspect` reads that format.
import type { Hostile } from './cases.js';
import { join, little, raw } from './pickle.js';

const numbered = (count: number, value: string) =>
  Array.from({ length: count }, (_, i) => `"a${i}":${value}`).join(',');
const empty = '{"dtype":"U8","shape":[0],"data_offsets":[0,0]}';

const headers: [what: string, header: () => string][] = [
  ['100,000 tensors', () => `{${numbered(100_000, empty)}}`],
  ['100,000 numbers instead of tensors', () => `{${numbered(100_000, '1')}}`],
  ['100,000 texts of metadata', () => `{"__metadata__":{${numbered(100_000, '""')}}}`],
  ['a shape of five million ones', () => `{"w":{"shape":[1${',1'.repeat(5_000_000)}]}}`],
  ['15 MB of brackets', () => `{"w":${'['.repeat(15_000_000)}`],
  ['90 MB of brackets', () => `{"w":${'['.repeat(90_000_000)}`],
  ['15 MB of nothing', () => `{${' '.repeat(15_000_000)}`],
];

export const safetensors: Hostile[] = headers.map(([what, header]) => ({
  name: `a safetensors header of ${what}`,
  says: 'it is not a file of torch.save',
  pieces: () => {
    const text = raw(header());
    return [join(little(text.length, 8), text)];
  },
}));
