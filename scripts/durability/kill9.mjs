// npm run test:kill9 -- --times 50 [--processes N] [--data DIR]: runs that are killed (kill -9, all their
// processes at once) at random moments and resumed with --resume auto come to the tensors of an
// undisturbed run, bit for bit. docs/durability.md keeps what it printed. Ends with one line of JSON; exit
// code 1 where a tensor differs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hashTensors } from 'rdm-ssl';
import { complete, scriptOptions, smallNetwork, smallRun, start } from './support.mjs';

const { data, times, processes } = scriptOptions({ times: 50, processes: 1 });
const scratch = mkdtempSync(join(tmpdir(), 'rdm-kill9-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const epochs = 3;
const pretrained = join(scratch, 'backbone', 'checkpoint_0000.pth.tar');
const last = `checkpoint_${String(epochs - 1).padStart(4, '0')}.pth.tar`;
const together = Number(processes) > 1 ? ['--nproc-per-node', processes] : [];
const often = ['--epochs', String(epochs), '--checkpoint-every', '1', ...together];
const methods = {
  simsiam: { command: ['pretrain', ...smallRun, ...smallNetwork, '--keep', '2'], final: last },
  byol: {
    command: ['pretrain', ...smallRun, ...smallNetwork, '--method', 'byol', '--proj-hidden-dim', '128', '--online-classifier', '--val-images-per-class', '8', '--keep', '2'],
    final: last,
  },
  lincls: {
    command: ['lincls', ...smallRun, '--pretrained', pretrained, '--val-images-per-class', '8'],
    final: 'checkpoint.pth.tar',
  },
  finetune: {
    command: ['finetune', pretrained, ...smallRun, '--labels-per-class', '16', '--val-images-per-class', '8'],
    final: 'checkpoint.pth.tar',
  },
};

// Who is killed early has made no folder yet.
const halfWritten = (folder) => existsSync(folder) && readdirSync(folder).some((name) => /\.tmp\d+$/.test(name));

/** Kills a run, again and again, until it has been killed `kills` times, then lets it end. */
async function killed(args, folder, kills, milliseconds) {
  let whileSaving = 0;
  let moments = 0;
  while (moments < kills) {
    const { child, ended } = start([...args, '--output', folder, '--resume', 'auto', data]);
    await Promise.race([pause(Math.random() * milliseconds), ended]);
    // Ranks are in sessions of their own; the folder is on the line of each.
    spawnSync('pkill', ['-KILL', '-f', folder]);
    const { signal, code, stderr } = await ended;
    if (signal === 'SIGKILL') {
      moments += 1;
      if (halfWritten(folder)) whileSaving += 1;
    } else if (code !== 0) {
      throw new Error(stderr);
    } else {
      break; // it came to its end first
    }
  }
  await complete([...args, '--output', folder, '--resume', 'auto', data]);
  return { moments, whileSaving };
}

async function differing(a, b) {
  const [expected, found] = [await hashTensors(a), await hashTensors(b)];
  const hashes = new Map(found.map(({ name, sha256 }) => [name, sha256]));
  const different = expected.filter(({ name, sha256 }) => hashes.get(name) !== sha256);
  return { tensors: expected.length, different: different.map(({ name }) => name) };
}

await complete(['pretrain', ...smallRun, ...smallNetwork, '--epochs', '1', '--output', join(scratch, 'backbone'), data]);
const cases = Object.keys(methods).flatMap((method) => ['fp32', 'bf16'].map((precision) => ({ method, precision })));
const results = [];
console.log('| run | kills | of them while saving | runs | tensors | that differ |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [index, { method, precision }] of cases.entries()) {
  const { command, final } = methods[method];
  const args = [...command, ...often, '--precision', precision];
  const straight = join(scratch, `${method}-${precision}`);
  const began = Date.now();
  await complete([...args, '--output', straight, data]);
  const duration = Date.now() - began;
  const result = { method, precision, kills: 0, whileSaving: 0, runs: 0, tensors: 0, different: [] };
  const wanted = Math.floor((Number(times) * (index + 1)) / cases.length) - Math.floor((Number(times) * index) / cases.length);
  while (result.kills < wanted) {
    const folder = join(scratch, `${method}-${precision}-killed-${result.runs}`);
    const { moments, whileSaving } = await killed(args, folder, wanted - result.kills, duration);
    const { tensors, different } = await differing(join(straight, final), join(folder, final));
    result.kills += moments;
    result.whileSaving += whileSaving;
    result.runs += 1;
    result.tensors = tensors;
    result.different.push(...different);
    rmSync(folder, { recursive: true });
  }
  results.push(result);
  const cells = [`${method} ${precision}`, result.kills, result.whileSaving, result.runs, result.tensors, result.different.length];
  console.log(`| ${cells.join(' | ')} |`);
}
const kills = results.reduce((sum, result) => sum + result.kills, 0);
const equal = results.every(({ different }) => different.length === 0);
console.log(JSON.stringify({ test: 'kill9', processes: Number(processes), kills, equal, results }));
process.exitCode = equal ? 0 : 1;
