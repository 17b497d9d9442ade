// npm run test:bare: the prebuilt packages on systems that have no compiler, CMake or headers. For each suite of Debian
// (bookworm and trixie, or those named) debootstrap makes a new one; in it are npm's own install of the packed tarballs,
// `rdm setup` with LibTorch from a server here, and a small training. As root, with debootstrap. --in DIR: where to
// work, in a folder bare (6 GB). Prints a table of seconds and megabytes; exit code 1 where a row has failed, whose system
// is left.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: flags, positionals } = parseArgs({
  options: { in: { type: 'string', default: tmpdir() } },
  allowPositionals: true,
});
const suites = positionals.length > 0 ? positionals : ['bookworm', 'trixie'];
const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = resolve(flags.in, 'bare');
const packages = join(scratch, 'packages');
mkdirSync(packages, { recursive: true });

let failed = false;
console.log('| system | step | result | seconds | MB |');
console.log('| --- | --- | --- | --- | --- |');

/** Does a step and prints its row; `act` returns what it put where, to be measured. */
async function step(system, name, act) {
  const began = Date.now();
  let result = 'done';
  let size = '';
  try {
    const { place, said } = (await act()) ?? {};
    if (said) result = said;
    if (place) size = Math.round(megabytesOf(place));
  } catch (error) {
    failed = true;
    result = `failed: ${String(error.stderr || error.message).trim().split('\n').slice(-3).join(' / ')}`;
  }
  console.log(`| ${system} | ${name} | ${result} | ${Math.round((Date.now() - began) / 1000)} | ${size} |`);
  return !result.startsWith('failed');
}

const megabytesOf = (place) => Number(execute('du', ['-sm', place]).split('\t')[0]);

const execute = (command, args, options = {}) =>
  execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'pipe'], ...options });

/** The libraries of the LibTorch that set-up found, packed as PyTorch packs its own. */
async function packLibtorch() {
  const cache = readFileSync(join(root, 'build-prebuilt/CMakeCache.txt'), 'utf8');
  const [, include] = /^TORCH_INCLUDE:PATH=(.*)$/m.exec(cache);
  const folder = join(scratch, 'libtorch');
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(dirname(include), 'lib'), join(folder, 'lib'), { recursive: true });
  const [, version] = /__version__ = '(.*)'/.exec(readFileSync(join(dirname(include), 'version.py'), 'utf8'));
  writeFileSync(join(folder, 'build-version'), `${version}\n`);
  const archive = join(scratch, 'libtorch.zip');
  execute('python3', ['-m', 'zipfile', '-c', archive, 'libtorch/'], { cwd: scratch });
  const hash = createHash('sha256');
  await pipeline(createReadStream(archive), hash);
  writeFileSync(`${archive}.sha256`, `${hash.digest('hex')}  libtorch.zip\n`);
  return archive;
}

/** Serves the files of the folder; the first request for an archive is cut off half-way. */
async function serve() {
  let cut = false;
  const server = createServer(({ url, headers }, response) => {
    const file = join(scratch, url);
    if (!existsSync(file)) return response.writeHead(404).end();
    const { size } = statSync(file);
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': size - start });
    const end = !cut && url.endsWith('.zip') ? Math.floor(size / 2) : undefined;
    const stream = createReadStream(file, { start, end });
    if (end) {
      cut = true;
      stream.on('end', () => setTimeout(() => response.destroy(), 500));
    }
    stream.pipe(response, { end: !end });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `http://127.0.0.1:${server.address().port}/libtorch.zip` };
}

/** A system of which nothing of this machine's is mounted any more. */
function remove(system) {
  const mounted = readFileSync('/proc/mounts', 'utf8').split('\n').find((line) => line.split(' ')[1]?.startsWith(`${system}/`));
  if (mounted) throw new Error(`still mounted: ${mounted}`);
  rmSync(system, { recursive: true, force: true });
}

/** Node and npm as they are here, which run on glibc 2.28 and later; npm's own settings and certificates. */
function bringNode(system) {
  cpSync(realpathSync(process.execPath), join(system, 'usr/bin/node'));
  const npm = realpathSync(execute('which', ['npm']).trim()).replace(/\/bin\/npm-cli\.js$/, '');
  cpSync(npm, join(system, 'usr/lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx']) {
    const line = `exec node /usr/lib/node_modules/npm/bin/${name}-cli.js "$@"`;
    writeFileSync(join(system, 'usr/bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }
  for (const file of ['/etc/resolv.conf', '/etc/hosts', '/usr/etc/npmrc', '/etc/ssl/certs/ca-certificates.crt']) {
    if (!existsSync(file)) continue;
    mkdirSync(dirname(join(system, file)), { recursive: true });
    cpSync(realpathSync(file), join(system, file));
  }
}

/** In the system, with only what a new shell there has, and this machine's network settings. */
function inside(system, line, env = {}) {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => /proxy|cert|^npm_config_/i.test(name)));
  const clean = { ...kept, ...env, HOME: '/root', PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LANG: 'C.UTF-8' };
  return new Promise((done, fail) => {
    const child = spawn('chroot', [system, 'sh', '-c', `cd /root && ${line}`], { env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { said += chunk; });
    child.on('close', (code) => (code === 0 ? done(said) : fail(new Error(said))));
  });
}

async function tryOn(suite, url) {
  const system = join(scratch, suite);
  const made = await step(suite, 'debootstrap', () => {
    remove(system);
    execute('debootstrap', ['--variant=minbase', '--include=libstdc++6', suite, system]);
    bringNode(system);
    return { place: system };
  });
  if (!made) return;
  for (const name of ['proc', 'dev']) execute('mount', ['--rbind', `/${name}`, join(system, name)]);
  try {
    await step(suite, 'no compiler, CMake or Python', async () => {
      const found = await inside(system, 'for p in c++ g++ cc cmake make python3; do command -v $p; done; ls /usr/include | head -1; true');
      if (found.trim()) throw new Error(found);
      return { said: await inside(system, 'ldd --version | head -1 | tr -d "\\n"') };
    });
    const tarballs = readdirSync(packages).filter((name) => name.endsWith('.tgz'));
    for (const name of tarballs) cpSync(join(packages, name), join(system, 'root', name));
    await step(suite, 'npm install', async () => {
      await inside(system, `npm install --no-audit --no-fund ${tarballs.map((name) => `./${name}`).join(' ')}`);
      return { place: join(system, 'root/node_modules') };
    });
    const installed = await step(suite, 'rdm setup', async () => {
      await inside(system, 'npx rdm setup', { RDM_LIBTORCH_URL: url });
      return { place: join(system, 'root/.cache/rdm') };
    });
    if (!installed) return;
    await step(suite, 'rdm doctor', async () => ({
      said: (await inside(system, 'npx rdm doctor | grep -E "LibTorch|images"')).trim().replaceAll('\n', '; '),
    }));
    await step(suite, 'a demo', async () => {
      const said = await inside(system, [
        'npx rdm data synthesize images --train-per-class 40 --val-per-class 10',
        'npx rdm pretrain -a resnet18 --crop-size 32 -b 64 --epochs 2 --dim 128 --seed 0 -j 2 --pred-type poly --pred-location online --sigma 1 --output run images',
        'npx rdm lincls --pretrained run/checkpoint_0001.pth.tar -b 64 --epochs 2 --lr 1 --seed 0 -j 2 --output run/linear',
      ].join(' && '));
      return { said: said.trim().split('\n').at(-1) };
    });
  } finally {
    for (const name of ['dev', 'proc']) execute('umount', ['-l', join(system, name)]);
  }
  if (!failed) remove(system);
}

const packed = await step('here', 'npm run pack:prebuilt', () => {
  execute(join(root, 'scripts/prebuilt/pack'), [packages]);
  return { place: packages };
});
if (packed) {
  const archive = await packLibtorch();
  console.log(`| here | LibTorch packed | | | ${Math.round(megabytesOf(archive))} |`);
  for (const suite of suites) {
    const { server, url } = await serve();
    await tryOn(suite, url);
    server.close();
  }
}
process.exitCode = failed ? 1 : 0;
