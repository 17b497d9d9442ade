// npm run test:hostile: each hand-made hostile checkpoint in a process of its own, read in every way
// there is; prints the processor's time for the slowest reading, the time from the process's start to
// its end (LibTorch's own start is most of it), its peak memory, and a line of JSON. A file that is not
// refused, or not within a second and a gigabyte, fails.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const maxSeconds = 1;
const maxBytes = 2 ** 30;

execFileSync('scripts/setup', ['typescript'], { stdio: ['ignore', 'ignore', 'inherit'] });
execFileSync('cmake', ['--build', 'build', '--target', 'rdm_refuse'], { stdio: 'ignore' });
const { cases } = await import('../build-test/support/hostile/cases.js');
const { write } = await import('../build-test/support/hostile/write.js');

const folder = mkdtempSync(join(tmpdir(), 'rdm-hostile-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'file.pth');

console.log('seconds  process      MiB  file');
const results = cases.map((hostile) => {
  const result = { name: hostile.name, ...measure(hostile.pieces()) };
  const columns = [
    result.seconds.toFixed(3).padStart(7),
    result.processSeconds.toFixed(3).padStart(9),
    (result.peakBytes / 2 ** 20).toFixed(0).padStart(9),
  ];
  console.log(`${columns.join('')}  ${hostile.name}${result.refused ? '' : '  NOT REFUSED'}`);
  return result;
});
const most = (key) => Math.max(...results.map((result) => result[key]));
const summary = {
  files: results.length,
  refused: results.filter((result) => result.refused).length,
  mostSeconds: most('seconds'),
  mostProcessSeconds: most('processSeconds'),
  mostBytes: most('peakBytes'),
};
console.log(JSON.stringify({ hostile: summary }));
const good = summary.refused === summary.files;
process.exitCode = good && summary.mostSeconds < maxSeconds && summary.mostBytes < maxBytes ? 0 : 1;

function measure(pieces) {
  rmSync(file, { force: true });
  write(file, pieces);
  const begin = process.hrtime.bigint();
  const { stdout } = spawnSync('build/test/native/rdm_refuse', [file], { encoding: 'utf8' });
  const processSeconds = Number(process.hrtime.bigint() - begin) / 1e9;
  const lines = stdout.split('\n').filter((line) => line);
  const readings = lines.map((line) => JSON.parse(line));
  const refused =
    readings.length === 3 &&
    readings.some((line) => line.code === 'bad_checkpoint') &&
    readings.every((line) => line.code === null || line.code === 'bad_checkpoint');
  const seconds = Math.max(...readings.map((line) => line.seconds));
  return { refused, seconds, processSeconds, peakBytes: readings.at(-1)?.peakBytes ?? Infinity };
}
