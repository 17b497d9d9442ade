// Files of two formats at once, of which PyTorch runs what another reader does not see. More of them, against Python:
// `npm run test:polyglots`.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { inspectCheckpoint } from 'rdm-ssl';
import { scratch } from '../support/folders.js';
import { certain } from '../support/hostile/polyglots.js';

const says: Record<string, RegExp> = {
  'DATA.PKL before data.pkl': /its record a\/DATA\.PKL has capital letters/,
  'the older format in a tar': /it is a tar as well, and PyTorch would read that/,
  'the older format in a tar without its name': /it is a tar as well, and PyTorch would read that/,
  'safetensors in a tar': /it is a tar as well, and PyTorch would read that/,
  'safetensors in a pickle': /it is a pickle as well, which could run code/,
  'a zip before the end of another': /the zip has more than one end record/,
  'a zip before another': /\d+ bytes before a\/data\.pkl belong to no record/,
};

for (const [what, make] of Object.entries(certain)) {
  test(`${what} is refused by the name of what is wrong`, async () => {
    const file = join(scratch(), 'file.pth');
    writeFileSync(file, make());
    await assert.rejects(inspectCheckpoint(file), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'bad_checkpoint');
      assert.match(error.message, says[what] ?? /^$/);
      return true;
    });
  });
}
