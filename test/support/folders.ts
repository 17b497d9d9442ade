// Scratch folders and a small dataset, removed when the test process ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from 'rdm-ssl';

const made: string[] = [];
process.on('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rdm-test-'));
  made.push(folder);
  return folder;
}

/** Ten classes, 5 + 2 JPEGs each, some 40 pixels on a side. */
export async function dataset(): Promise<string> {
  const output = join(scratch(), 'shapes');
  await synthesize({ output, trainPerClass: 5, valPerClass: 2, size: 40, seed: 1 });
  return output;
}

/** Flags of a run that takes a second or two: 3 steps an epoch. */
export const small = [
  ...['-a', 'resnet18', '--crop-size', '32', '-b', '16', '--dim', '64', '--pred-dim', '32'],
  ...['-j', '2', '--seed', '3', '-p', '1', '--device', 'cpu'],
];
export const smallLincls = ['-b', '16', '-j', '2', '--seed', '3', '-p', '1', '--device', 'cpu'];
