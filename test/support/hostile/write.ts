// A file out of pieces; its holes take no place on the disk.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { Piece } from './pickle.js';

export function write(path: string, pieces: Piece[]): void {
  const file = openSync(path, 'w');
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === 'number') {
      at += piece;
    } else {
      writeSync(file, piece, 0, piece.length, at);
      at += piece.length;
    }
  }
  ftruncateSync(file, at);
  closeSync(file);
}
