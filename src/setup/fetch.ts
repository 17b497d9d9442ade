// Brings the LibTorch that a prebuilt addon was built with: by pip where there is one, else PyTorch's own archive.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RdmError, writing } from '../base/errors.js';
import { download } from '../datasets/download.js';
import { cached, libtorchAt, match, misfit } from '../native/libtorch.js';
import { checkLibrary, type Prebuilt, prebuilts } from '../native/prebuilt.js';
import type { SetupSummary } from '../types/doctor.js';
import type { Control, ProgressEvent } from '../types/events.js';
import { unzipLibraries } from './unzip.js';

/** Of an archive with CUDA there are some three gigabytes. */
const most = 8 * 2 ** 30;
const pytorch = 'https://download.pytorch.org';

/**
 * Has a LibTorch there for the addon that came with this package; undefined where none came and it has to be built.
 * `say` hears what is done. Rejects with `no_addon` or `download`.
 */
export async function fetchLibtorch(
  { cuda = false }: { cuda?: boolean | undefined },
  say: (text: string) => void,
  control: Control<ProgressEvent> = {},
): Promise<SetupSummary | undefined> {
  const addons = prebuilts();
  const [first] = addons;
  if (!first) return undefined;
  checkLibrary(first);
  const present = alreadyThere(addons, cuda);
  if (present) return { outcome: 'present', ...present };
  const addon = addons.find((candidate) => !cuda || candidate.cuda) ?? first;
  const folder = cached(addon, cuda);
  await writing(folder, () => mkdir(dirname(folder), { recursive: true }));
  const scratch = await mkdtemp(join(dirname(folder), '.fetching-'));
  try {
    const torch = join(scratch, 'torch');
    if (!process.env.RDM_LIBTORCH_URL && (await byPip(addon, cuda, scratch, say))) {
      await keepLibraries(torch, cuda);
    } else {
      await byArchive(addon, cuda, torch, say, control);
    }
    const wrong = check(addon, scratch);
    if (wrong) {
      throw new RdmError(
        'download',
        `what was fetched is not the LibTorch that this rdm needs: ${wrong}`,
        'check RDM_LIBTORCH_URL, or build from source: `npx rdm setup --build`',
      );
    }
    await rm(folder, { recursive: true, force: true });
    await rename(scratch, folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const { path = folder, version = addon.libtorch } = libtorchAt(folder) ?? {};
  return { outcome: 'done', path, version };
}

function check(addon: Prebuilt, folder: string): string | undefined {
  const found = libtorchAt(folder);
  return found ? misfit(addon, found) : 'it holds none';
}

/** One that fits, and has CUDA where that is asked for; an error is that of a LIBTORCH that does not fit. */
function alreadyThere(addons: Prebuilt[], cuda: boolean) {
  const named = process.env.LIBTORCH;
  try {
    const { path, version, ...torch } = match(addons).torch;
    if (torch.cuda || !cuda) return { path, version };
  } catch (error) {
    if (named) throw error;
  }
  if (!named) return undefined;
  throw new RdmError(
    'no_addon',
    `LIBTORCH=${named} is a CPU build, and --cuda asks for one with CUDA`,
    'unset it, so that what is fetched is used',
  );
}

/** PyPI's wheel of Linux has CUDA, and is that of PyTorch's own index without; false where pip brings none. */
async function byPip(
  { libtorch }: Prebuilt,
  cuda: boolean,
  target: string,
  say: (text: string) => void,
): Promise<boolean> {
  if (!(await succeeds('python3', ['-m', 'pip', '--version']))) return false;
  const linux = process.platform === 'linux';
  const wanted =
    cuda || !linux
      ? [`torch==${libtorch}`]
      : [`torch==${libtorch}+cpu`, '--no-deps', '--extra-index-url', `${pytorch}/whl/cpu`];
  say(`pip install ${wanted[0]}, into the cache`);
  const brought = await succeeds('python3', [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', target],
    ...wanted,
  ]);
  if (!brought) say("pip brought none; taking PyTorch's archive");
  return brought;
}

async function succeeds(command: string, args: string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore' });
  return once(child, 'close').then(
    ([code]) => code === 0,
    () => false, // there is no such program
  );
}

/** Of a wheel without CUDA's, which lie beside it, nothing but the libraries is needed. */
async function keepLibraries(torch: string, cuda: boolean): Promise<void> {
  if (cuda) return;
  const kept = `${torch}-kept`;
  await mkdir(kept);
  for (const name of ['lib', 'version.py']) await rename(join(torch, name), join(kept, name));
  const beside = await readdir(dirname(torch));
  for (const name of beside.filter((other) => other !== basename(kept))) {
    await rm(join(dirname(torch), name), { recursive: true });
  }
  await rename(kept, torch);
}

async function byArchive(
  addon: Prebuilt,
  cuda: boolean,
  output: string,
  say: (text: string) => void,
  control: Control<ProgressEvent>,
): Promise<void> {
  const url = process.env.RDM_LIBTORCH_URL || archiveOf(addon, cuda);
  const known = cuda === (addon.cuda !== null) ? addon.sha256 : null; // of the archive that it was built with
  const hex = known ?? (await publishedSum(url));
  const archive = `${cached(addon, cuda)}.zip.part`;
  say(`fetching ${url}`);
  const wanted = {
    ...{ url, sum: { of: 'sha256' as const, hex }, most },
    ...{ address: 'RDM_LIBTORCH_URL', otherSum: 'a file URL.sha256 beside it' },
  };
  await download(wanted, archive, control);
  await unzipLibraries(archive, output);
  await rm(archive);
}

/** PyTorch's own address of the archive; there is none for Linux on ARM. */
function archiveOf({ libtorch, cuda: line }: Prebuilt, cuda: boolean): string {
  if (process.platform === 'darwin') {
    return `${pytorch}/libtorch/cpu/libtorch-macos-arm64-${libtorch}.zip`;
  }
  if (process.arch !== 'x64' || (cuda && !line)) {
    throw new RdmError(
      'no_addon',
      'PyTorch has no archive of this LibTorch, and pip brought none',
      'install Python and pip and run it again; or name an archive: RDM_LIBTORCH_URL=URL',
    );
  }
  const flavour = cuda && line ? `cu${line.replace('.', '')}` : 'cpu';
  return `${pytorch}/libtorch/${flavour}/libtorch-shared-with-deps-${libtorch}%2B${flavour}.zip`;
}

/** What `URL.sha256` says, as sha256sum writes it. */
async function publishedSum(url: string): Promise<string> {
  const text = await fetch(`${url}.sha256`).then(
    (response) => (response.ok ? response.text() : ''),
    () => '',
  );
  const [hex] = /^[0-9a-f]{64}\b/.exec(text.trim()) ?? [];
  if (hex) return hex;
  throw new RdmError(
    'download',
    `nothing tells the checksum of ${url}: there is no ${url}.sha256`,
    'put it there as sha256sum writes it; or install Python and pip, which check by themselves',
  );
}
