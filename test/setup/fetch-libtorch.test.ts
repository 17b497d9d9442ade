// rdm setup of an installed package, with a server of our own in PyTorch's place: no pip here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { scratch } from '../support/folders.js';
import { installed, rdmOf, standIn } from '../support/installed.js';

const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** As PyTorch packs it, with a folder that is not needed, and bytes that do not compress. */
function archive(version = '2.13.0'): Buffer {
  const folder = standIn({ version, archive: true }, join(scratch(), 'libtorch'));
  mkdirSync(join(folder, 'include'));
  writeFileSync(join(folder, 'include/header.h'), '');
  writeFileSync(join(folder, 'lib/libtorch_cpu.so'), randomBytes(500_000));
  const file = join(dirname(folder), 'archive.zip');
  const { status } = spawnSync('python3', ['-m', 'zipfile', '-c', file, 'libtorch/'], {
    cwd: dirname(folder),
  });
  assert.equal(status, 0);
  return readFileSync(file);
}

interface Served {
  url: string;
  /** The Range header of each request for the archive. */
  ranges: (string | undefined)[];
}

/** Serves the archive and its sum; the first request for the archive is cut off after `first` bytes. */
async function serve(
  context: TestContext,
  bytes: Buffer,
  { told = sum(bytes), first = bytes.length } = {},
): Promise<Served> {
  const ranges: Served['ranges'] = [];
  const server = createServer(({ url, headers }, response) => {
    if (url?.endsWith('.sha256')) {
      response.writeHead(told ? 200 : 404).end(told && `${told}  libtorch.zip\n`);
      return;
    }
    ranges.push(headers.range);
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const rest = bytes.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
    if (ranges.length > 1 || first >= bytes.length) response.end(rest);
    else response.write(rest.subarray(0, first), () => setTimeout(() => response.destroy(), 50));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/libtorch.zip`, ranges };
}

const setUp = (url: string, cache: string, home = installed([{}])) =>
  rdmOf(home, ['setup'], { cache, env: { RDM_LIBTORCH_URL: url } });

test('the archive is fetched, goes on where it was cut off, and is kept for the next time', async (context) => {
  const cache = scratch();
  const { url, ranges } = await serve(context, archive(), { first: 200_000 });
  const { code, stderr } = await setUp(url, cache);
  assert.equal(code, 0, stderr);
  assert.deepEqual(ranges, [undefined, 'bytes=200000-']);
  const torch = join(cache, 'libtorch-2.13.0/torch');
  assert.equal(stderr, `rdm: fetching ${url}\nrdm: LibTorch 2.13.0: ${torch}\n`);
  assert.deepEqual(readdirSync(cache), ['libtorch-2.13.0']); // no archive, nothing half done
  assert.deepEqual(readdirSync(torch).sort(), ['build-version', 'lib']);
  const again = await setUp(url, cache);
  assert.equal(again.stderr, `rdm: LibTorch 2.13.0: ${torch}\n`);
  assert.equal(ranges.length, 2);
});

test('an archive with another checksum is removed; that of the package goes before the one beside it', async (context) => {
  const bytes = archive();
  const cache = scratch();
  const { url } = await serve(context, bytes, { told: '0'.repeat(64) });
  const { code, stderr } = await setUp(url, cache);
  assert.equal(code, 1);
  assert.ok(
    stderr.includes(
      `rdm: what ${url} sent has the SHA-256 checksum ${sum(bytes)}, not ${'0'.repeat(64)}; it was removed\n`,
    ),
    stderr,
  );
  assert.deepEqual(readdirSync(cache), []);
  const knowing = installed([{ sha256: sum(bytes) }]);
  const good = await setUp(url, cache, knowing);
  assert.equal(good.code, 0, good.stderr);
});

test('an archive whose checksum nobody tells is not fetched', async (context) => {
  const { url, ranges } = await serve(context, archive(), { told: '' });
  const { code, stderr } = await setUp(url, scratch());
  assert.equal(code, 1);
  assert.ok(
    stderr.startsWith(`rdm: nothing tells the checksum of ${url}: there is no ${url}.sha256\n`),
    stderr,
  );
  assert.deepEqual(ranges, []);
});

test('another LibTorch in the archive, or none, is refused', async (context) => {
  const cache = scratch();
  const { url } = await serve(context, archive('2.9.1'));
  const { stderr } = await setUp(url, cache);
  const reason = 'it is 2.9.1, too old: this rdm runs with 2.13';
  const told = `rdm: what was fetched is not the LibTorch that this rdm needs: ${reason}\n`;
  assert.ok(stderr.includes(told), stderr);
  assert.ok(!existsSync(join(cache, 'libtorch-2.13.0')));
  const { url: wrong } = await serve(context, randomBytes(1000));
  const none = await setUp(wrong, cache);
  assert.match(none.stderr, /^rdm: cannot unpack .*\.zip\.part: .*\n +free some gigabytes/m);
});

test('a package that came without an addon, and --build, build from source', async () => {
  const home = installed([]);
  const script = join(home, 'scripts/setup');
  writeFileSync(script, '#!/bin/sh\necho building\n');
  const built = await rdmOf(home, ['setup'], { env: { PATH: '/bin:/usr/bin' } });
  assert.equal(built.stdout, 'building\n');
  const other = installed([{}]);
  writeFileSync(join(other, 'scripts/setup'), '#!/bin/sh\necho building\n');
  const asked = await rdmOf(other, ['setup', '--build'], { env: { PATH: '/bin:/usr/bin' } });
  assert.equal(asked.stdout, 'building\n');
});

test('--cuda is refused where the addon is built, as it would change nothing', async () => {
  const lines: [string, string[]][] = [
    [installed([]), ['setup', '--cuda']],
    [installed([{}]), ['setup', '--build', '--cuda']],
  ];
  for (const [home, line] of lines) {
    const { code, stdout, stderr } = await rdmOf(home, line);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^rdm: --cuda is of a LibTorch that is fetched, .*\n {5}leave it out, /);
  }
});

test('without an archive for this machine, and without pip, it says so', async () => {
  const { stderr } = await rdmOf(installed([{}]), ['setup', '--cuda']);
  assert.match(stderr, /^rdm: PyTorch has no archive of this LibTorch, and pip brought none\n/m);
});

test('with --cuda, a LIBTORCH without is refused, as what is fetched would not be used', async () => {
  const libtorch = standIn({});
  const { code, stderr } = await rdmOf(installed([{}]), ['setup', '--cuda'], { libtorch });
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `rdm: LIBTORCH=${libtorch} is a CPU build, and --cuda asks for one with CUDA\n` +
      '     unset it, so that what is fetched is used\n',
  );
});
