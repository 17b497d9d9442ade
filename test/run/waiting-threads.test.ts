// How the threads of a run wait for each other, as OpenMP itself tells it when it is loaded.
import assert from 'node:assert/strict';
import test from 'node:test';
import { root, run } from '../support/rdm.js';

const loads = `import { environment } from ${JSON.stringify(`file://${root}dist/index.js`)}; environment();`;
const unset = { OMP_WAIT_POLICY: '', GOMP_SPINCOUNT: '', KMP_BLOCKTIME: '' };

/** What OpenMP was told, of a process in which the addon is loaded. */
async function told(env: Record<string, string> = {}): Promise<string> {
  const { stderr } = await run(process.execPath, ['--input-type=module', '-e', loads], {
    env: { ...unset, ...env, OMP_DISPLAY_ENV: 'verbose' },
  });
  return stderr;
}

const isGcc = (text: string) => text.includes('GOMP_SPINCOUNT');

test('where nothing is set, they spin shortly and then sleep', async (context) => {
  const text = await told();
  if (!isGcc(text)) return context.skip("LibTorch has not GCC's OpenMP here");
  assert.match(text, /GOMP_SPINCOUNT = '1000'/);
});

test('what is set stays', async (context) => {
  const text = await told({ OMP_WAIT_POLICY: 'ACTIVE' });
  if (!isGcc(text)) return context.skip("LibTorch has not GCC's OpenMP here");
  assert.match(text, /OMP_WAIT_POLICY = 'ACTIVE'/);
  assert.doesNotMatch(text, /GOMP_SPINCOUNT = '1000'/);
  assert.match(await told({ GOMP_SPINCOUNT: '77' }), /GOMP_SPINCOUNT = '77'/);
});
