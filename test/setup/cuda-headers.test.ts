// Where the headers of CUDA and NCCL come from (cmake/cuda-headers.cmake), on made-up trees: each holds the files
// that the place has in the world, and one header that no real toolkit has, so that this machine's never counts.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { scratch } from '../support/folders.js';
import { root, run } from '../support/rdm.js';

/** Files below a new folder, which is returned. */
function tree(files: Record<string, string>, folder = scratch()): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** The same names below another folder. */
const below = (folder: string, files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

const torch = (major: number) => ({
  'lib/libc10_cuda.so': `\0\0cudaFree\0libcudart.so.${major}\0`,
  'include/torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp':
    '#include <nccl.h>\n#include <cuda_runtime.h>\n#include <made_up_blas.h>\n',
});
const runtime = (version: number) => ({
  'cuda_runtime_api.h': `#define CUDART_VERSION  ${version}\n`,
  'cuda_runtime.h': '#include "crt/host_config.h"\n#include <nv/target>\n',
});
const blas = { 'made_up_blas.h': '' };
const nccl = { 'nccl.h': '' };
const compiler = { 'crt/host_config.h': '' };
const library = { 'nv/target': '' };

const wheels13 = {
  ...below('torch', torch(13)),
  ...below('nvidia/cu13/include', { ...runtime(13000), ...blas }),
  ...below('nvidia/nccl/include', nccl),
};
const brought13 = below('.cuda-headers/13.0/nvidia/cu13/include', {
  ...compiler,
  ...below('cccl', library),
});
const wheels12 = {
  ...below('torch', torch(12)),
  ...below('nvidia/cuda_runtime/include', runtime(12080)),
  ...below('nvidia/cublas/include', blas),
  ...below('nvidia/nccl/include', nccl),
};
const brought12 = {
  ...below('.cuda-headers/12.8/nvidia/cuda_nvcc/include', compiler),
  ...below('.cuda-headers/12.8/nvidia/cuda_cccl/include', library),
};
const toolkit = (version: number) => ({ ...runtime(version), ...blas, ...compiler, ...library });

interface Found {
  found: boolean;
  /** The folders that the compiler is told of, in their order. */
  folders: string[];
  report: string;
  toBring: string;
}

/** What CMake says after it has looked for the headers of the LibTorch in `prefix`, in a checkout at `cwd`. */
async function cmake(
  prefix: string,
  then: string,
  cwd: string,
  env: Record<string, string>,
): Promise<string> {
  const script = `
    include(${root}/cmake/cuda-headers.cmake)
    find_cuda_headers()
    ${then}`;
  tree({ 'find.cmake': script }, cwd);
  const libtorch = [`-DTORCH_PREFIX=${prefix}`, `-DTORCH_INCLUDE=${prefix}/include`];
  const { code, stderr } = await run(
    'cmake',
    [...libtorch, '-DCMAKE_CXX_COMPILER=c++', '-P', 'find.cmake'],
    { cwd, env: { CUDA_HOME: '', ...env } },
  );
  assert.equal(code, 0, stderr);
  return stderr;
}

/** What it decides. */
async function find(prefix: string, home = '', checkout = scratch()): Promise<Found> {
  const print = `
    foreach(result FOUND OPTIONS REPORT TO_BRING)
      message("\${CUDA_HEADERS_\${result}}@")
    endforeach()`;
  const stderr = await cmake(prefix, print, checkout, { CUDA_HOME: home });
  const [found, options = '', report = '', toBring = ''] = stderr
    .split('@')
    .map((text) => text.trim());
  const folders = options.split(';').filter((word) => word !== '' && word !== '-isystem');
  return { found: found === 'TRUE', folders, report, toBring };
}

test("PyTorch's wheel of CUDA 13 lacks two wheels, which complete it", async () => {
  const site = tree(wheels13);
  const alone = await find(join(site, 'torch'));
  assert.equal(alone.found, false);
  assert.match(alone.report, /^wheels, .*nvidia: CUDA 13\.0, without crt\/host_config\.h$/m);
  assert.equal(
    alone.toBring,
    '--target .cuda-headers/13.0 nvidia-cuda-crt==13.0.* nvidia-cuda-cccl==13.0.*',
  );
  const checkout = tree(brought13);
  const { found, folders, toBring } = await find(join(site, 'torch'), '', checkout);
  const brought = join(checkout, '.cuda-headers/13.0/nvidia/cu13/include');
  assert.ok(found);
  assert.deepEqual(folders, [
    ...[join(site, 'nvidia/nccl/include'), join(site, 'nvidia/cu13/include')],
    ...[brought, join(brought, 'cccl')],
  ]);
  assert.equal(toBring, '');
});

test('the wheels of CUDA 12 have a folder each', async () => {
  const site = tree(wheels12);
  const alone = await find(join(site, 'torch'));
  assert.match(alone.report, /CUDA 12\.8, without crt\/host_config\.h$/m);
  assert.equal(
    alone.toBring,
    '--target .cuda-headers/12.8 nvidia-cuda-nvcc-cu12==12.8.* nvidia-cuda-cccl-cu12==12.8.*',
  );
  const { found, folders } = await find(join(site, 'torch'), '', tree(brought12));
  assert.ok(found);
  assert.ok(folders.includes(join(site, 'nvidia/cublas/include')));
});

test('wheels that the user completed need nothing of ours', async () => {
  const site = tree({
    ...wheels13,
    ...below('nvidia/cu13/include', { ...compiler, ...below('cccl', library) }),
  });
  const { found, toBring } = await find(join(site, 'torch'));
  assert.deepEqual([found, toBring], [true, '']);
});

test('wheels of another CUDA beside those of LibTorch are not mixed in', async () => {
  const stale = { ...wheels12, ...below('nvidia/cuda_nvcc/include', compiler) };
  const site = tree({ ...stale, ...wheels13 });
  const { found, folders } = await find(join(site, 'torch'), '', tree(brought13));
  assert.ok(found);
  assert.deepEqual(
    folders.filter((folder) => /cuda_|cublas/.test(folder.slice(site.length))),
    [],
  );
});

test('a toolkit in CUDA_HOME comes first, with the nccl.h of LibTorch', async () => {
  const site = tree(wheels13);
  const home = tree(below('include', { ...toolkit(13020), ...nccl }));
  const { found, folders, report } = await find(join(site, 'torch'), home);
  assert.ok(found);
  assert.deepEqual(folders, [join(site, 'nvidia/nccl/include'), join(home, 'include')]);
  assert.match(report, /^CUDA_HOME, .*: CUDA 13\.2$/);
});

test('a toolkit of another CUDA is passed over, and named', async () => {
  const site = tree(wheels13);
  const home = tree(below('include', toolkit(12040)));
  const { found, report, toBring } = await find(join(site, 'torch'), home);
  assert.equal(found, false);
  assert.match(report, /^CUDA_HOME, .*: CUDA 12\.4, where LibTorch has 13$/m);
  assert.match(toBring, /nvidia-cuda-crt/);
});

test("conda's layout: headers below targets, NCCL's in include", async () => {
  const environment = tree({
    ...below('lib/python3.12/site-packages/torch', torch(12)),
    ...below('targets/x86_64-linux/include', toolkit(12060)),
    ...below('include', nccl),
  });
  const { found, folders } = await find(join(environment, 'lib/python3.12/site-packages/torch'));
  assert.ok(found);
  assert.equal(folders[0], join(environment, 'include'));
  assert.ok(folders.includes(join(environment, 'targets/x86_64-linux/include')));
});

test('an unpacked LibTorch has none: a toolkit does, and else there is nothing to bring', async () => {
  const prefix = tree(torch(12));
  const home = tree(below('include', { ...toolkit(12080), ...nccl }));
  const alone = await find(prefix);
  assert.deepEqual([alone.found, alone.toBring], [false, '']);
  const { found, folders } = await find(prefix, home);
  assert.ok(found);
  assert.ok(folders.includes(join(home, 'include')));
});

test("without nccl.h the place is not complete; the system's own folders are never named", async () => {
  const prefix = tree(torch(12));
  const home = tree(below('include', toolkit(12080)));
  const { found, report } = await find(prefix, home);
  assert.equal(found, false);
  assert.match(report, /CUDA 12\.8, without nccl\.h$/m);
  const script = `
    include(${root}/cmake/cuda-headers.cmake)
    options_of(options /usr/include /opt/include /usr/local/include)
    message("\${options}")`;
  const { stderr } = await run('cmake', ['-P', 'options.cmake'], {
    cwd: tree({ 'options.cmake': script }),
  });
  assert.equal(stderr, '-isystem;/opt/include\n');
});

test('where no place is complete, it says where it looked, what that costs, and what to do', async () => {
  const site = tree(wheels13);
  const said = await cmake(join(site, 'torch'), 'tell_of_cuda_headers()', scratch(), {});
  const lines = said.split('\n').map((line) => line.trim());
  assert.match(said, /Building without NCCL, whose headers need all of CUDA's:/);
  assert.ok(lines.includes(`wheels, ${site}/nvidia: CUDA 13.0, without crt/host_config.h`), said);
  assert.match(said, /One GPU loses nothing\..*Gloo/s);
  assert.match(said, /npm run setup .*\n.*export CUDA_HOME=/);
});

test('set-up gets what is to be brought in a file, and hears no warning', async () => {
  const prefix = join(tree(wheels13), 'torch');
  const checkout = scratch();
  const file = join(checkout, 'to-bring');
  const said = await cmake(prefix, 'tell_of_cuda_headers()', checkout, { RDM_TO_BRING: file });
  assert.equal(said, '');
  assert.match(readFileSync(file, 'utf8'), /^--target \.cuda-headers\/13\.0 nvidia-cuda-crt==13/);
});
