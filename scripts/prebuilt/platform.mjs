// Makes the package of this platform and of the LibTorch that set-up finds: the addon, the image codecs beside it,
// and what they need said in package.json.
//   node scripts/prebuilt/platform.mjs OUT      OUT/NAME/ and OUT/rdm-ssl-….tgz
// RDM_LIBTORCH_SHA256 is that of PyTorch's archive of this LibTorch, for `rdm setup` to check.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { bundle, glibcOf } from './libraries.mjs';
import { fail, mainPackage, output, pack, root } from './support.mjs';

const [out] = process.argv.slice(2).map((folder) => resolve(folder));
if (!out) fail('usage: npm run pack:prebuilt -- OUT');
const build = join(root, 'build-prebuilt');

const torch = compile();
const { version, license, engines } = mainPackage();
const name = nameOf(torch);
const folder = join(out, basename(name));
rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, 'lib'), { recursive: true });
for (const file of ['rdm.node', 'open.node']) {
  copyFileSync(join(build, 'Release', file), join(folder, file));
  output('strip', [process.platform === 'darwin' ? '-x' : '--strip-unneeded', join(folder, file)]);
}
const bundled = bundle(join(folder, 'rdm.node'), join(folder, 'lib'));
const glibc = glibcOf([join(folder, 'rdm.node'), ...bundled.map(({ copy }) => copy)]);
describe();
pack(folder, out);

/** Builds the addon for a package; tells the LibTorch that it was linked with. */
function compile() {
  const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
  output('node', [
    ...[cmakeJs, 'configure', '--log-level', 'warn', '--out', build],
    // libtiff of Debian and Fedora needs JBIG-KIT, whose licence is not for a package like this one.
    ...['--CDRDM_PREBUILT=ON', '--CDBUILD_TESTING=OFF', `--CDRDM_TIFF=${process.env.RDM_TIFF || 'OFF'}`],
  ]);
  output('cmake', ['--build', build, '--target', 'rdm', 'opener']);
  const cache = readFileSync(join(build, 'CMakeCache.txt'), 'utf8');
  const [, include] = /^TORCH_INCLUDE:PATH=(.*)$/m.exec(cache) ?? [];
  const python = readFileSync(join(dirname(include), 'version.py'), 'utf8');
  const [, whole] = /__version__ = '([\d.]+)/.exec(python) ?? [];
  const [, cuda] = /^cuda\b.*= '([\d.]+)'/m.exec(python) ?? [];
  return { whole, cuda: cuda ?? null };
}

function nameOf({ whole, cuda }) {
  const line = whole.split('.').slice(0, 2).join('.');
  const with_ = cuda ? `-cu${cuda.replace('.', '')}` : '';
  return `@rdm-ssl/${process.platform}-${process.arch}-torch${line}${with_}`;
}

function describe() {
  const built = {
    ...{ libtorch: torch.whole, cuda: torch.cuda, glibc },
    sha256: process.env.RDM_LIBTORCH_SHA256 || null,
  };
  const linux = process.platform === 'linux';
  const manifest = {
    ...{ name, version, license, engines, type: 'commonjs' },
    description: `The addon of rdm-ssl for ${process.platform} on ${process.arch}, LibTorch ${torch.whole}`,
    ...{ os: [process.platform], cpu: [process.arch], ...(linux && { libc: ['glibc'] }) },
    files: ['rdm.node', 'open.node', 'lib', 'licenses'],
    exports: { './package.json': './package.json', './rdm.node': './rdm.node' },
    rdm: built,
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  mkdirSync(join(folder, 'licenses'), { recursive: true });
  for (const { copy, license } of bundled) {
    copyFileSync(license, join(folder, 'licenses', basename(copy)));
  }
  const codecs = bundled.map(({ copy }) => basename(copy)).join(', ');
  const readme = [
    `# ${name}`,
    `The prebuilt addon of rdm-ssl, which names this package as optional. It runs with LibTorch ${torch.whole}`,
    `and others of that minor version${glibc ? `, on glibc ${glibc} or later` : ''}.`,
    `Beside it lie ${codecs}, under the licences in \`licenses/\`.`,
  ];
  writeFileSync(join(folder, 'README.md'), `${readme[0]}\n\n${readme.slice(1).join('\n')}\n`);
}
