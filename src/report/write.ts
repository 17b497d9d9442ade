// Writes a report's files: the page, a picture of each chart, the measurements as a table.
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { RdmError, writing } from '../base/errors.js';
import { escaped, inXml } from '../base/markup.js';
import type { ReportOptions } from '../types/report.js';
import type { Figure } from './figure.js';
import { chartsOf, groupsOf } from './figures.js';
import { pageOf } from './page.js';
import { type Run, readRuns } from './runs.js';

export async function writeReport(folders: string[], options: ReportOptions): Promise<string[]> {
  if (folders.length === 0) {
    throw new RdmError('usage', 'no run was given', 'pass the --output folder of a run');
  }
  const runs = readRuns(folders, options.onSkipped);
  const written: string[] = [];
  for (const [path, text] of contents(runs, options)) {
    await writing(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    });
    written.push(path);
  }
  return written;
}

function contents(runs: Run[], { html, svg, csv }: ReportOptions): [string, string][] {
  const files: [string, string][] = [];
  if (html) files.push([html, pageOf(runs, { live: false })]);
  if (csv) files.push([csv, csvOf(runs)]);
  if (svg) {
    for (const figure of chartsOf(groupsOf(runs)))
      files.push([join(svg, `${figure.id}.svg`), svgOf(figure)]);
  }
  return files;
}

const size = { width: 900, height: 480 };
const margin = 16;

/** On white, with the title in the picture and in its description. */
function svgOf({ title, alternative, option }: Figure): string {
  const { init } = createRequire(import.meta.url)(
    'echarts/dist/echarts.common.min.js',
  ) as typeof import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({
      ...option,
      backgroundColor: '#ffffff',
      title: { text: title, left: margin, top: margin - 4, textStyle: { fontSize: 16 } },
      legend: {
        ...option.legend,
        show: Array.isArray(option.series) && option.series.length > 1,
        left: margin,
        top: 40,
        type: 'plain',
      },
      grid: { ...option.grid, left: margin, right: 2 * margin, top: 100, bottom: 40 },
    });
    const words = `<title>${escaped(title)}</title><desc>${escaped(alternative)}</desc>`;
    const drawn = chart.renderToSVGString();
    return inXml(
      drawn.replace(/^<svg [^>]*>/, (tag) => tag.replace('<svg ', '<svg role="img" ') + words),
    );
  } finally {
    chart.dispose();
  }
}

const measured = new Set(['step', 'rank', 'epoch', 'evaluation', 'knn', 'score', 'representation']);
const first = ['run', 'type', 'phase', 'epoch', 'step', 'time'];

/** Columns are named by their path in events.jsonl: `online.effectiveRank`, `loss.value`. */
function csvOf(runs: Run[]): string {
  const rows = runs.flatMap(({ name, entries }) =>
    entries
      .filter(({ type }) => measured.has(type))
      .map((entry): Record<string, unknown> => ({ run: name, ...flat(entry) })),
  );
  const columns = [...new Set([...first, ...rows.flatMap(Object.keys)])];
  const lines = rows.map((row) => columns.map((column) => cell(row[column])));
  return [columns, ...lines].map((cells) => `${cells.join(',')}\n`).join('');
}

function flat(value: object, prefix = ''): Record<string, unknown> {
  const entries = Object.entries(value).map(([name, inner]) =>
    typeof inner === 'object' && inner !== null
      ? flat(inner, `${prefix}${name}.`)
      : { [prefix + name]: inner as unknown },
  );
  return Object.assign({}, ...entries) as Record<string, unknown>;
}

function cell(value: unknown): string {
  const text = Number.isNaN(value) ? '' : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
