// rdm data fetch, from a server of our own: whole, cut off, wrong, refused.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { fetchDataset } from 'rdm-ssl';
import { download } from '../../dist/datasets/download.js';
import { unpack } from '../../dist/datasets/unpack.js';
import { scratch } from '../support/folders.js';
import { bin, rdm, root, run } from '../support/rdm.js';

const folder = 'cifar-10-batches-bin';
const files = join(root, 'test/images/cifar', folder);
const archive = pack((inside) => {
  cpSync(files, join(inside, folder), { recursive: true });
  writeFileSync(join(inside, folder, 'ballast'), randomBytes(500_000)); // does not compress
});
const md5 = createHash('md5').update(archive).digest('hex');

function pack(fill: (inside: string) => void): Buffer {
  const inside = scratch();
  fill(inside);
  const { status, stdout } = spawnSync('tar', ['-cz', '-C', inside, '.'], { maxBuffer: 1e8 });
  assert.equal(status, 0);
  return stdout;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Server {
  url: string;
  /** The Range header of each request so far. */
  ranges: (string | undefined)[];
}

async function serve(context: TestContext, answer: Answer): Promise<Server> {
  const ranges: Server['ranges'] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/cifar-10-binary.tar.gz`, ranges };
}

/** Sends the bytes that the Range header asks for, as RFC 9110 has it. */
function whole(bytes: Buffer): Answer {
  return ({ headers }, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': bytes.length - start,
      ...(start > 0 && { 'content-range': range }),
    });
    response.end(bytes.subarray(start));
  };
}

const fetchInto = (output: string, url: string, ...flags: string[]) =>
  rdm(['data', 'fetch', 'cifar10', output, '--url', url, ...flags]);

function assertUnpacked(output: string): void {
  assert.deepEqual(readdirSync(output), [folder]); // no archive, nothing half done
  for (const name of readdirSync(files)) {
    const unpacked = readFileSync(join(output, folder, name));
    assert.ok(unpacked.equals(readFileSync(join(files, name))), name);
  }
}

test('downloads, verifies, unpacks; a second time there is nothing to do', async (context) => {
  const output = join(scratch(), 'new', 'folder');
  const { url, ranges } = await serve(context, whole(archive));
  const first = await fetchInto(output, url, '--md5', md5);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(first.stderr, `rdm: unpacked ${join(output, folder)}\n`);
  assertUnpacked(output);
  const second = await fetchInto(output, url, '--md5', md5);
  assert.equal(second.code, 0);
  assert.equal(second.stderr, `rdm: ${join(output, folder)} is there already\n`);
  assert.deepEqual(ranges, [undefined]);

  const info = await rdm(['data', 'info', output]);
  assert.match(info.stdout, /^layout +cifar10-binary$/m);
});

test('a connection that is cut is taken up where it broke, in the same run', async (context) => {
  const output = scratch();
  const sent: number[] = [];
  const { url, ranges } = await serve(context, (request, response) => {
    if (sent.length === 2) return whole(archive)(request, response);
    const start = sent.reduce((sum, bytes) => sum + bytes, 0);
    const part = archive.subarray(start, start + 200_000);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': archive.length - start });
    response.write(part, () => setTimeout(() => response.destroy(), 200)); // once it has arrived
    sent.push(part.length);
  });
  const { code, stderr } = await fetchInto(output, url, '--md5', md5);
  assert.equal(code, 0, stderr);
  assertUnpacked(output);
  assert.deepEqual(ranges, [undefined, 'bytes=200000-', 'bytes=400000-']);
});

test('a download that was stopped goes on in the next run', async (context) => {
  const output = scratch();
  const { url, ranges } = await serve(context, (request, response) => {
    if (request.headers.range) return whole(archive)(request, response);
    response.writeHead(200, { 'content-length': archive.length });
    response.write(archive.subarray(0, 100_000));
  });
  const controller = new AbortController();
  const { outcome } = await fetchDataset(
    { dataset: 'cifar10', output, url, md5 },
    {
      signal: controller.signal,
      onEvent: ({ done, total }) => {
        assert.equal(total, archive.length);
        if (done === 100_000) controller.abort();
      },
    },
  );
  assert.equal(outcome, 'stopped');
  const { code, stderr } = await fetchInto(output, url, '--md5', md5);
  assert.equal(code, 0, stderr);
  assertUnpacked(output);
  assert.deepEqual(ranges, [undefined, 'bytes=100000-']);
});

test('a terminal shows how far it is', async (context) => {
  const { url } = await serve(context, (_, response) => {
    response.writeHead(200, { 'content-length': archive.length });
    response.write(archive.subarray(0, 300_000));
    setTimeout(() => response.end(archive.subarray(300_000)), 1000);
  });
  const args = ['data', 'fetch', 'cifar10', scratch(), '--url', url, '--md5', md5];
  const terminal = join(root, 'test/support/terminal.py');
  const { code, stdout } = await run('python3', [terminal, '100', process.execPath, bin, ...args]);
  assert.equal(code, 0, stdout);
  const shown = stripVTControlCharacters(stdout);
  assert.match(shown, /fetching cifar10 {2}0\.3 of 0\.5 MB {2}\d+\.\d MB\/s {2}\d+ s left/);
});

test('a server that knows no ranges sends all of it again', async (context) => {
  const output = scratch();
  writeFileSync(join(output, `${folder}.tar.gz.part`), archive.subarray(0, 1000));
  const { url } = await serve(context, (_, response) => response.end(archive));
  const { code, stderr } = await fetchInto(output, url, '--md5', md5);
  assert.equal(code, 0, stderr);
  assertUnpacked(output);
});

test('a whole archive that was not unpacked yet is not downloaded again', async (context) => {
  const output = scratch();
  writeFileSync(join(output, `${folder}.tar.gz.part`), archive);
  const { url, ranges } = await serve(context, whole(archive));
  const { code, stderr } = await fetchInto(output, url, '--md5', md5);
  assert.equal(code, 0, stderr);
  assertUnpacked(output);
  assert.deepEqual(ranges, [`bytes=${archive.length}-`]);
});

test('a wrong checksum removes the download and names both', async (context) => {
  const output = scratch();
  const { url } = await serve(context, whole(archive));
  const { code, stderr } = await fetchInto(output, url);
  assert.equal(code, 1);
  const authors = 'c32a1d4ab5d03f1284b67883e8d87530';
  assert.ok(stderr.startsWith(`rdm: what ${url} sent has the MD5 checksum ${md5}, not ${authors}`));
  assert.match(stderr, /\n +run it again; .*--md5 HEX\n$/);
  assert.deepEqual(readdirSync(output), []);
});

for (const [status, advice] of [
  [404, 'check the address: --url URL'],
  [503, 'the server is in trouble; try again later'],
] as const) {
  test(`a server that answers ${status}`, async (context) => {
    const { url } = await serve(context, (_, response) => response.writeHead(status).end());
    const { code, stderr } = await fetchInto(scratch(), url);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`^rdm: ${url} answered ${status} .*\n +${advice}\n$`));
  });
}

test('a server that is not there', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve)); // now nobody listens there
  const { code, stderr } = await fetchInto(scratch(), `http://127.0.0.1:${port}/`);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^rdm: cannot fetch .*: connect ECONNREFUSED .*\n +check the network and run/,
  );
});

test('a server that never gets anywhere', async (context) => {
  const { url } = await serve(context, (_, response) => response.destroy());
  const { code, stderr } = await fetchInto(scratch(), url);
  assert.equal(code, 1);
  assert.match(stderr, /^rdm: cannot fetch .+: .+\n +check the network and run it again/);
});

test('an archive of something else', async (context) => {
  const other = pack((inside) => mkdirSync(join(inside, 'cifar-100-binary')));
  const checksum = createHash('md5').update(other).digest('hex');
  const { url } = await serve(context, whole(other));
  const output = scratch();
  const { code, stderr } = await fetchInto(output, url, '--md5', checksum);
  assert.equal(code, 1);
  assert.match(stderr, /^rdm: the archive has no folder cifar-10-batches-bin; it was removed\n/);
  assert.deepEqual(readdirSync(output), []);
});

test('a file that is no archive', async (context) => {
  const text = Buffer.from('<html>not found</html>');
  const checksum = createHash('md5').update(text).digest('hex');
  const { url } = await serve(context, whole(text));
  const output = scratch();
  const { code, stderr } = await fetchInto(output, url, '--md5', checksum);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^rdm: cannot unpack .*\.part: .*\n +.*if the file is no tar.gz, remove it\n$/,
  );
  assert.ok(!existsSync(join(output, folder)));
});

const checksumOf = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

test('what is unpacked is readable by all and lets nobody become its owner', async (context) => {
  const modes = pack((inside) => {
    mkdirSync(join(inside, folder));
    for (const [name, mode] of [
      ['setuid', 0o6777],
      ['locked', 0o000],
    ] as const) {
      writeFileSync(join(inside, folder, name), 'x');
      chmodSync(join(inside, folder, name), mode);
    }
  });
  const { url } = await serve(context, whole(modes));
  const output = scratch();
  const { code, stderr } = await fetchInto(output, url, '--md5', checksumOf(modes));
  assert.equal(code, 0, stderr);
  for (const name of ['setuid', 'locked']) {
    assert.equal((statSync(join(output, folder, name)).mode & 0o7777).toString(8), '644', name);
  }
});

test('an archive with a link in it is refused, and nothing of it stays', async (context) => {
  const linked = pack((inside) => {
    cpSync(files, join(inside, folder), { recursive: true });
    symlinkSync('/etc/passwd', join(inside, folder, 'readme.html'));
  });
  const { url } = await serve(context, whole(linked));
  const output = scratch();
  const { code, stderr } = await fetchInto(output, url, '--md5', checksumOf(linked));
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^rdm: the archive holds a SymbolicLink, where only files and folders belong; it was removed\n/,
  );
  assert.deepEqual(readdirSync(output), []);
});

for (const told of [true, false]) {
  const how = told ? 'tells its length' : 'sends without an end';
  test(`a download over its limit is cut off where the server ${how}`, async (context) => {
    const path = join(scratch(), 'archive');
    let sent = 0;
    const { url } = await serve(context, (_, response) => {
      response.writeHead(200, told ? { 'content-length': 1_000_001 } : {});
      response.on('drain', more).on('error', () => {});
      function more() {
        while (!response.destroyed && sent < 50_000_000) {
          sent += 100_000;
          if (!response.write(Buffer.alloc(100_000))) return;
        }
      }
      more();
    });
    const sum = { of: 'md5' as const, hex: '' };
    const wanted = { url, sum, most: 1_000_000, address: '--url URL', otherSum: '--md5 HEX' };
    await assert.rejects(download(wanted, path, {}), {
      code: 'download',
      message: `${url} sends more than 1000000 bytes, which no such archive has; it was removed`,
      hint: 'check the address: --url URL',
    });
    assert.ok(!existsSync(path));
  });
}

test('an archive that unpacks to more than the limit is given up', async () => {
  const bomb = pack((inside) => {
    mkdirSync(join(inside, folder));
    writeFileSync(join(inside, folder, 'zeros'), Buffer.alloc(16 * 2 ** 20));
  });
  const output = scratch();
  const path = join(output, 'archive');
  writeFileSync(path, bomb);
  await assert.rejects(unpack(path, folder, output, 2 ** 20), {
    code: 'bad_output',
    message: /^cannot unpack .*: max decompression ratio exceeded: /,
  });
  assert.deepEqual(readdirSync(output), ['archive']);
  await unpack(path, folder, output, 32 * 2 ** 20);
  assert.equal(statSync(join(output, folder, 'zeros')).size, 16 * 2 ** 20);
});

test('a folder that cannot be written', async () => {
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  const { code, stderr } = await fetchInto(join(file, 'data'), 'http://127.0.0.1:9/');
  assert.equal(code, 1);
  assert.match(stderr, /^rdm: cannot write .*file\/data: .*\n +pass a folder that can be written/);
});

test('wrong usage: a dataset that is not known, an address that is none', async () => {
  const unknown = await rdm(['data', 'fetch', 'imagenet', scratch()]);
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.stderr,
    /^rdm: unknown dataset 'imagenet'\n +choose from: cifar10, cifar100, stl10/,
  );
  const none = await fetchInto(scratch(), 'ftp://host/archive');
  assert.equal(none.code, 2);
  assert.match(none.stderr, /^rdm: not an address: ftp:\/\/host\/archive\n/);
});
