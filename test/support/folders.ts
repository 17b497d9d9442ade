// Scratch folders and a small dataset, removed when the test process ends.
import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

/** Validation images that need no resizing: two classes of `each` PPM files of noise, `size` pixels on a side. */
export function noise(each: number, size: number): string {
  const folder = join(scratch(), 'noise');
  let state = 1;
  const byte = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  for (const name of ['dark', 'light']) {
    mkdirSync(join(folder, 'val', name), { recursive: true });
    for (let i = 0; i < each; ++i) {
      const pixels = Uint8Array.from({ length: 3 * size * size }, () =>
        name === 'dark' ? byte() >> 1 : 128 + (byte() >> 1),
      );
      const header = Buffer.from(`P6\n${size} ${size}\n255\n`);
      writeFileSync(join(folder, 'val', name, `${i}.ppm`), Buffer.concat([header, pixels]));
    }
  }
  return folder;
}

/** A dataset that takes seconds to read: one large image under many names. */
export async function large(): Promise<string> {
  const source = join(scratch(), 'source');
  await synthesize({ output: source, trainPerClass: 1, valPerClass: 1, size: 1500 });
  const [name = ''] = readdirSync(join(source, 'train'));
  const folder = join(scratch(), 'large');
  mkdirSync(join(folder, 'train', name), { recursive: true });
  const [image = ''] = readdirSync(join(source, 'train', name));
  for (let i = 0; i < 2000; ++i) {
    linkSync(join(source, 'train', name, image), join(folder, 'train', name, `${i}.jpg`));
  }
  return folder;
}

/** A network that is made, trained and saved in half the time of the smallest ResNet: for where it does not matter. */
export const quick = { arch: 'vit_tiny', patchSize: 16, cropSize: 32 } as const;
export const quickFlags = ['-a', 'vit_tiny', '--patch-size', '16', '--crop-size', '32'];

const sizes = [
  ...['-b', '16', '--dim', '64', '--pred-dim', '32'],
  ...['-j', '2', '--seed', '3', '-p', '1', '--device', 'cpu'],
];
/** Flags of a run that takes a second or two: 3 steps an epoch. */
export const small = [...quickFlags, ...sizes];
export const smallResnet = ['-a', 'resnet18', '--crop-size', '32', ...sizes];
export const smallLincls = ['-b', '16', '-j', '2', '--seed', '3', '-p', '1', '--device', 'cpu'];
