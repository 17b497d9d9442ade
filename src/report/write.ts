// Writes what a report consists of.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RdmError, writing } from '../base/errors.js';
import type { ReportOptions } from '../types/report.js';
import { csvOf } from './csv.js';
import { groupsOf } from './figures.js';
import { pageOf } from './page.js';
import { type Run, readRuns } from './runs.js';

export async function writeReport(folders: string[], options: ReportOptions): Promise<string[]> {
  if (folders.length === 0) {
    throw new RdmError('usage', 'no run was given', 'pass the --output folder of a run');
  }
  const runs = readRuns(folders);
  const written: string[] = [];
  for (const [path, text] of await contents(runs, options)) {
    await writing(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    });
    written.push(path);
  }
  return written;
}

async function contents(
  runs: Run[],
  { html, svg, csv }: ReportOptions,
): Promise<[string, string][]> {
  const files: [string, string][] = [];
  if (html) files.push([html, pageOf(runs, { live: false })]);
  if (csv) files.push([csv, csvOf(runs)]);
  if (svg) {
    const { svgOf } = await import('./svg.js'); // the chart library takes a while to load
    const figures = groupsOf(runs).flatMap((group) => group.figures);
    for (const figure of figures) files.push([join(svg, `${figure.id}.svg`), svgOf(figure)]);
  }
  return files;
}
