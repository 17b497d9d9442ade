// An output folder that holds a run: what is refused, what goes on, what is moved aside.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { RdmError } from 'rdm-ssl';
import { claimOutput } from '../../dist/run/occupied.js';
import { dataset, scratch, small } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

const checkpoints = ['0000', '0001-000120', '0001'].map((name) => `checkpoint_${name}.pth.tar`);
const logs = ['events.jsonl', 'run.json'];
const linear = ['checkpoint.pth.tar', 'model_best.pth.tar'];
const withManifests = (names: string[]) => names.flatMap((name) => [name, `${name}.sha256`]);
const whole = [...withManifests(checkpoints), ...logs, 'bad-images-train.txt'];

function folderOf(names: string[]): string {
  const folder = scratch();
  for (const name of names) writeFileSync(join(folder, name), name);
  return folder;
}

const sorted = (folder: string) => readdirSync(folder).sort();

type Wanted = Partial<Parameters<typeof claimOutput>[1]>;

function refusal(command: 'pretrain' | 'lincls', output: string, wanted: Wanted = {}): RdmError {
  const before = sorted(output);
  try {
    claimOutput(command, { output, resume: '', overwrite: false, ...wanted });
  } catch (error) {
    assert.ok(error instanceof RdmError);
    assert.deepEqual(sorted(output), before);
    return error;
  }
  assert.fail('it was allowed');
}

const allowed = (command: 'pretrain' | 'lincls', output: string, wanted: Wanted = {}) =>
  claimOutput(command, { output, resume: '', overwrite: false, ...wanted });

test('a folder that holds a run is refused, with its last checkpoint and both ways on', () => {
  const output = folderOf(whole);
  const { code, message, hint } = refusal('pretrain', output);
  assert.equal(code, 'occupied');
  assert.equal(message, `${output} holds a run, whose last checkpoint is checkpoint_0001.pth.tar`);
  assert.match(hint, /^--resume auto goes on with it; --overwrite moves it aside/);
});

test('a checkpoint of elsewhere does not make it free', () => {
  const elsewhere = join(folderOf(whole), 'checkpoint_0001.pth.tar');
  assert.equal(refusal('pretrain', folderOf(whole), { resume: elsewhere }).code, 'occupied');
});

test('the run that is there goes on from its last checkpoint, and not from an earlier one', () => {
  const output = folderOf(whole);
  allowed('pretrain', output, { resume: 'auto' });
  allowed('pretrain', output, { resume: join(output, 'checkpoint_0001.pth.tar') });
  allowed('pretrain', output, { resume: join(output, '..', output.slice(5), 'renamed.pth') });
  const { message } = refusal('pretrain', output, {
    resume: join(output, 'checkpoint_0001-000120.pth.tar'),
  });
  assert.equal(
    message,
    `${output} holds checkpoints of after checkpoint_0001-000120.pth.tar, up to checkpoint_0001.pth.tar`,
  );
});

test('what holds no checkpoint of the command is free: lincls lies beside its pretraining', () => {
  allowed('pretrain', scratch());
  allowed('pretrain', join(scratch(), 'new'));
  allowed('pretrain', folderOf(logs));
  allowed('lincls', folderOf(whole));
  allowed('pretrain', folderOf(withManifests(linear)));
  assert.equal(refusal('lincls', folderOf([...whole, ...linear])).code, 'occupied');
});

test('--overwrite moves the run aside, complete, and the one after it too', () => {
  const output = folderOf([...whole, 'notes.txt']);
  allowed('pretrain', output, { overwrite: true });
  assert.deepEqual(sorted(output), ['notes.txt', 'replaced-1']);
  assert.deepEqual(sorted(join(output, 'replaced-1')), whole.toSorted());
  for (const name of whole) {
    assert.equal(readFileSync(join(output, 'replaced-1', name), 'utf8'), name);
  }
  writeFileSync(join(output, 'checkpoint_0000.pth.tar'), 'second');
  allowed('pretrain', output, { overwrite: true });
  assert.deepEqual(sorted(output), ['notes.txt', 'replaced-1', 'replaced-2']);
  assert.deepEqual(sorted(join(output, 'replaced-2')), ['checkpoint_0000.pth.tar']);
});

test('--overwrite of lincls leaves the pretraining beside it as it is', () => {
  const output = folderOf([...whole, ...withManifests(linear)]);
  allowed('lincls', output, { overwrite: true });
  assert.deepEqual(sorted(output), [...whole, 'replaced-1'].sort());
  assert.deepEqual(sorted(join(output, 'replaced-1')), withManifests(linear).sort());
});

test('--overwrite is refused beside --resume, and where a run may still write', () => {
  const output = folderOf([...whole, '.rdm-lock']);
  const both = refusal('pretrain', output, { overwrite: true, resume: 'auto' });
  assert.equal(both.code, 'usage');
  assert.equal(both.message, '--overwrite begins anew, and --resume goes on');
  const { code, message, hint } = refusal('pretrain', output, { overwrite: true });
  assert.equal(code, 'bad_output');
  assert.equal(message, `a run may still write to ${output}: there is a .rdm-lock`);
  assert.match(hint, /where it was killed, remove that file/);
});

test('the command line has both lines ready; each of them works, and lincls beside it', async () => {
  const output = scratch();
  const few = ['--images-per-class', '1', '-b', '10', '--epochs', '1'];
  const line = ['pretrain', ...small, ...few, '--output', output, await dataset()];
  const first = await rdm(line);
  assert.equal(first.code, 0, first.stderr);
  const before = readFileSync(join(output, 'checkpoint_0000.pth.tar'));
  const refused = await rdm(line);
  assert.equal(refused.code, 1);
  assert.equal(
    refused.stderr,
    `rdm: ${output} holds a run, whose last checkpoint is checkpoint_0000.pth.tar\n` +
      `     to go on: rdm ${line.join(' ')} --resume auto\n` +
      `     to begin anew, with the run there moved aside: rdm ${line.join(' ')} --overwrite\n`,
  );
  assert.ok(before.equals(readFileSync(join(output, 'checkpoint_0000.pth.tar'))));
  const pretrained = join(output, 'checkpoint_0000.pth.tar');
  const linear = ['lincls', '--pretrained', pretrained, ...few, '-j', '2', '--device', 'cpu'];
  const beside = await rdm([...linear, '--output', output]);
  assert.equal(beside.code, 0, beside.stderr);
  assert.ok(before.equals(readFileSync(pretrained)));
  const anew = await rdm([...line, '--overwrite']);
  assert.equal(anew.code, 0, anew.stderr);
  const aside = readdirSync(join(output, 'replaced-1'));
  for (const name of [
    'checkpoint_0000.pth.tar',
    'checkpoint.pth.tar',
    'events.jsonl',
    'run.json',
  ]) {
    assert.ok(aside.includes(name), name);
  }
  const on = await rdm([...line, '--resume', 'auto']);
  assert.equal(on.code, 0, on.stderr);
});
