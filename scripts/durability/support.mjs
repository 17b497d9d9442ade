// What the three durability scripts share: a small run on real images, its options, its processes.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** --NAME VALUE for each of `defaults`; --data DIR is RDM_DATA/cifar10 where left out. */
export function scriptOptions(defaults) {
  const { RDM_DATA } = process.env;
  const data = RDM_DATA ? join(RDM_DATA, 'cifar10') : '';
  const all = { data, ...defaults };
  const options = Object.entries(all).map(([name, value]) => [name, { type: 'string', default: String(value) }]);
  const { values } = parseArgs({ options: Object.fromEntries(options) });
  if (!values.data) {
    console.error('no images: pass --data DIR, a folder with train/CLASS/* and val/CLASS/*');
    process.exit(2);
  }
  return values;
}

/** ResNet-18 on crops of 32 pixels: five steps an epoch. */
export const smallRun = [
  ...['-a', 'resnet18', '--crop-size', '32', '--images-per-class', '16', '-b', '32', '-j', '2'],
  ...['--seed', '7', '-p', '1', '--device', 'cpu'],
];
export const smallNetwork = ['--dim', '128', '--pred-dim', '64'];

/** rdm with these arguments: the child, and a promise of how it ended. */
export function start(args, options = {}) {
  const child = spawn(process.execPath, ['bin/rdm.js', ...args], options);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

export async function complete(args, options) {
  const result = await start(args, options).ended;
  if (result.code === 0) return result;
  console.error(`rdm ${args.join(' ')}\n${result.stderr}`);
  process.exit(1);
}
