// Makes the tarball of rdm-ssl itself, which names as optional the packages of platforms that lie in OUT.
//   node scripts/prebuilt/main.mjs OUT
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail, mainPackage, output, pack, root } from './support.mjs';

const [out] = process.argv.slice(2).map((folder) => resolve(folder));
if (!out) fail('usage: npm run pack:prebuilt -- OUT');

const platforms = readdirSync(out, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && /-torch\d/.test(entry.name))
  .map(({ name }) => JSON.parse(readFileSync(join(out, name, 'package.json'), 'utf8')));
if (platforms.length === 0) fail(`${out} holds no package of a platform`);

const { version } = mainPackage();
const others = platforms.filter((platform) => platform.version !== version);
if (others.length > 0) fail(`not of version ${version}: ${others.map(({ name }) => name)}`);

const folder = join(out, 'rdm-ssl');
rmSync(folder, { recursive: true, force: true });
const [{ files }] = JSON.parse(output('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']));
for (const { path } of files) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  cpSync(join(root, path), join(folder, path));
}
const { scripts, devDependencies, ...published } = mainPackage(); // which only a checkout can follow
const manifest = {
  ...published,
  optionalDependencies: Object.fromEntries(platforms.map(({ name }) => [name, version])),
};
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
pack(folder, out);
