// npm run test:seeds [-- --seed N]: the golden tests on a set that PyTorch, torchvision and timm make here, with other
// seeds than the recorded one.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPeer } from '../peers.mjs';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '7' } } });
for (const peer of ['torchvision', 'timm']) {
  const reason = installPeer(peer);
  if (reason) throw new Error(`${peer}: ${reason}`);
}
const scratch = mkdtempSync(join(tmpdir(), 'rdm-seeds-'));
try {
  const run = (command, args, env) => execFileSync(command, args, { env: { ...process.env, ...env }, stdio: 'inherit' });
  run('python3', ['scripts/golden/make.py', scratch, '--seed', values.seed], {
    PYTHONPATH: '.libtorch:.peers/torchvision:.peers/timm:test/parity',
  });
  run('scripts/test', ['golden'], { RDM_GOLDEN: scratch });
  console.log(JSON.stringify({ test: 'seeds', seed: Number(values.seed), proven: true }));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
