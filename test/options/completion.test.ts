// rdm completion in the shells themselves.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before } from 'node:test';
import { architectures, type RecipeInfo, recipes } from 'rdm-ssl';
import { completionScript, type Shell } from '../../dist/cli/commands/completion.js';
import { createProgram } from '../../dist/cli/main.js';
import { scratch } from '../support/folders.js';
import { rdm } from '../support/rdm.js';

let known: RecipeInfo[];
before(async () => {
  known = await recipes();
});

const inBash = `
source "$1"; shift
COMP_WORDS=(rdm "$@") COMP_CWORD=$#
_rdm
printf '%s\\n' "\${COMPREPLY[@]}"`;

// A terminal of its own, as zsh's line editor needs one; ^X tells what Tab has made of the line.
const inZsh = `
zmodload zsh/zpty
zpty shell "HOME=$HOME zsh -f -i"
zpty -w shell "source $1; bindkey '^I' complete-word; unsetopt beep"
zpty -w shell 'told() { print -r -- "<$BUFFER>" >$HOME/told }; zle -N told; bindkey "^X" told'
zpty -w -n shell "\${*:2}"$'\\t\\x18'
for _ in {1..100}; do [[ -s $HOME/told ]] && break; sleep 0.1; done
cat $HOME/told`;

const runs: Record<Shell, (script: string, words: string[]) => string[]> = {
  bash: (script, words) => ['-c', inBash, 'bash', script, ...words],
  zsh: (script, words) => ['-c', inZsh, 'zsh', script, 'rdm', ...words],
  fish: (script, words) => [
    '-c',
    `source ${script}; complete -C '${['rdm', ...words].join(' ')}' | cut -f 1`,
  ],
};

/** What a shell offers in place of the last word. */
function offered(shell: Shell, ...words: string[]): string[] {
  const script = join(scratch(), 'completion');
  writeFileSync(script, completionScript(createProgram(), shell, known));
  const env = { ...process.env, HOME: scratch() };
  const { status, stdout, stderr } = spawnSync(shell, runs[shell](script, words), {
    env,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return stdout.split('\n').filter(Boolean).sort();
}

const missing = (shell: Shell) =>
  spawnSync(shell, ['-c', 'true']).status === 0 ? false : `no ${shell} here`;

for (const shell of ['bash', 'fish'] as const) {
  test(`${shell}: commands, and commands of a command`, { skip: missing(shell) }, () => {
    assert.deepEqual(offered(shell, 'pre'), ['predict', 'pretrain']);
    const data = ['check', 'fetch', 'info', 'pack', 'stats', 'synthesize'];
    assert.deepEqual(offered(shell, 'data', ''), data);
    assert.deepEqual(offered(shell, 'recipes', 'sh'), ['show']);
    assert.deepEqual(offered(shell, 'data', 'fetch', ''), ['cifar10', 'cifar100', 'stl10']);
  });

  test(`${shell}: the flags of the command on the line, hidden ones not`, {
    skip: missing(shell),
  }, () => {
    assert.deepEqual(offered(shell, 'pretrain', '/data', '--sig'), ['--sigma']);
    assert.deepEqual(offered(shell, 'lincls', '--sig'), []);
    assert.deepEqual(offered(shell, 'data', 'check', '--max'), ['--max-image-pixels']);
    assert.deepEqual(offered(shell, 'pretrain', '--no-fix'), []);
  });

  test(`${shell}: the values of a flag`, { skip: missing(shell) }, () => {
    assert.deepEqual(offered(shell, 'pretrain', '--arch', ''), [...architectures].sort());
    assert.deepEqual(offered(shell, 'lincls', '-a', 'resnet10'), ['resnet101']);
    assert.deepEqual(offered(shell, 'knn', '--distance', 'e'), ['euclidean']);
    for (const [command, flag, values] of [
      ['pretrain', '--on-divergence', ['rollback', 'stop']],
      ['pretrain', '--dist-backend', ['gloo', 'nccl']],
      ['pretrain', '--schedule', ['cosine', 'warmup-cosine']],
      ['lincls', '--schedule', ['cosine', 'step']],
      ['knn', '--features', ['backbone', 'projector']],
      ['knn', '--branch', ['momentum', 'online']],
      ['export', '--to', ['detectron2', 'safetensors', 'timm', 'torchvision']],
    ] as const) {
      assert.deepEqual(offered(shell, command, flag, ''), [...values], `${command} ${flag}`);
    }
  });
}

for (const shell of ['bash', 'fish'] as const) {
  test(`${shell}: the recipes of a command`, { skip: missing(shell) }, () => {
    const of = (command: string) =>
      known.filter((recipe) => recipe.command === command).map(({ name }) => name);
    const pretraining = of('pretrain').filter((name) => name.startsWith('cifar/rdm'));
    assert.ok(pretraining.length > 0);
    assert.deepEqual(offered(shell, 'pretrain', '--recipe', 'cifar/rdm'), pretraining.sort());
    const linear = offered(shell, 'lincls', '--recipe', 'cifar/');
    assert.deepEqual(
      linear,
      of('lincls')
        .filter((name) => name.startsWith('cifar/'))
        .sort(),
    );
    for (const command of ['show', 'check']) {
      const every = known.map(({ name }) => name).filter((name) => name.startsWith('cifar/'));
      assert.deepEqual(offered(shell, 'recipes', command, 'cifar/'), every.sort());
    }
  });
}

test('bash: where nothing is to be chosen from, nothing of rdm stands in for files', () => {
  assert.deepEqual(offered('bash', 'pretrain', '--output', ''), []);
  assert.deepEqual(offered('bash', 'pretrain', ''), []);
});

test('zsh completes a command, a flag and a value', { skip: missing('zsh') }, () => {
  const line = (...words: string[]) => offered('zsh', ...words).join('\n');
  assert.equal(line('pretr'), '<rdm pretrain >');
  assert.equal(line('pretrain', '--sigm'), '<rdm pretrain --sigma >');
  const chosen = line('pretrain', '--arch', 'wide_resnet5');
  assert.equal(chosen, '<rdm pretrain --arch wide_resnet50_2 >');
  assert.equal(line('export', '--to', 'detec'), '<rdm export --to detectron2 >');
  const recipe = line('recipes', 'show', 'cifar/rdmsi');
  assert.equal(recipe, '<rdm recipes show cifar/rdmsimsiam >');
});

test('an unknown shell is wrong usage', async () => {
  const { code, stderr } = await rdm(['completion', 'tcsh']);
  assert.equal(code, 2);
  assert.match(stderr, /^rdm: .*'tcsh'.*bash, zsh, fish/);
});
