// Files that an attack on an earlier version was made with, as they were.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../rdm.js';
import type { Hostile } from './cases.js';

const files: [what: string, file: string, says: string][] = [
  ['DATA.PKL before data.pkl', 'capitals', 'its record a/DATA.PKL has capital letters'],
  ['the older format in a tar', 'tar', 'it is a tar as well, and PyTorch would read that'],
  ['a zip in the comment of another', 'two-ends', 'the zip has more than one end record'],
  ['a tensor whose name repaints the screen', 'escapes', 'refuses the global os.system'],
];

export const found: Hostile[] = files.map(([name, file, says]) => ({
  name,
  says,
  pieces: () => [readFileSync(join(root, 'test/checkpoints/hostile', `${file}.pth`))],
}));
