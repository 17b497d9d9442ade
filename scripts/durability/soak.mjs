// npm run soak -- --minutes 20 [--data DIR]: a long run on real images with checkpoints in between must
// not grow. Prints the process's memory over time, then one line of JSON; exit code 1 where the last
// fifth of the time took more than 5 % above the second fifth.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptOptions, smallNetwork, start } from './support.mjs';

const { data, minutes } = scriptOptions({ minutes: 20 });
const output = mkdtempSync(join(tmpdir(), 'rdm-soak-'));
process.on('exit', () => rmSync(output, { recursive: true, force: true }));
const everySeconds = 5;
const timeUp = 124;

const { child, ended } = start([
  'pretrain', '-a', 'resnet18', '--crop-size', '32', '-b', '64', '-j', '2', '--seed', '7', '-p', '10', '--device', 'cpu',
  ...smallNetwork, '--method', 'byol', '--proj-hidden-dim', '128', '--online-classifier', '--images-per-class', '200',
  '--val-images-per-class', '20', '--epochs', '100000', '--checkpoint-every', '20', '--keep', '2',
  '--time-limit', `${Math.round(Number(minutes) * 60)}s`, '--output', output, data,
]);

const began = Date.now();
const samples = [];
const timer = setInterval(() => {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readStatus()) ?? [];
  if (kilobytes) samples.push({ seconds: (Date.now() - began) / 1000, megabytes: Number(kilobytes) / 1024 });
}, everySeconds * 1000);

function readStatus() {
  try {
    return readFileSync(`/proc/${child.pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

const { code, stderr } = await ended;
clearInterval(timer);
if (code !== timeUp) {
  console.error(stderr);
  process.exit(1);
}
const mean = (list) => list.reduce((sum, { megabytes }) => sum + megabytes, 0) / list.length;
const fifth = (index) => mean(samples.slice(Math.floor((index * samples.length) / 5), Math.floor(((index + 1) * samples.length) / 5)));
const step = Math.max(1, Math.floor(samples.length / 20));
console.log('minutes  memory (MB)');
for (const { seconds, megabytes } of samples.filter((_, index) => index % step === 0)) {
  console.log(`${(seconds / 60).toFixed(1).padStart(7)}  ${megabytes.toFixed(0).padStart(5)} ${'#'.repeat(Math.round(megabytes / 20))}`);
}
const log = readFileSync(join(output, 'events.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const growth = fifth(4) / fifth(1) - 1;
console.log(
  JSON.stringify({
    test: 'soak',
    minutes: Number(minutes),
    steps: log.findLast(({ type }) => type === 'summary').steps,
    checkpoints: log.filter(({ type }) => type === 'checkpoint').length,
    secondFifthMegabytes: Math.round(fifth(1)),
    lastFifthMegabytes: Math.round(fifth(4)),
    growth: Number(growth.toFixed(4)),
  }),
);
process.exitCode = growth <= 0.05 ? 0 : 1;
