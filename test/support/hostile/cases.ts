// Files that are no checkpoints but would be more, each with what its refusal says. The same bytes every time.
import { containers } from './containers.js';
import { found } from './found.js';
import { globals } from './globals.js';
import { objects } from './objects.js';
import type { Piece } from './pickle.js';
import { safetensors } from './safetensors.js';
import { tensors } from './tensors.js';
import { training } from './training.js';

export interface Hostile {
  name: string;
  /** Part of the message. */
  says: string;
  pieces: () => Piece[];
}

export const cases: Hostile[] = [
  ...found,
  ...globals,
  ...objects,
  ...tensors,
  ...training,
  ...containers,
  ...safetensors,
];
