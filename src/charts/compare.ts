// Several methods side by side: what their branches look like and what stands between them, as a page, a drawing
// and a table.
import type { EChartsOption } from 'echarts';
import { html, Markup } from '../base/markup.js';
import type { ComparedRun, Comparison } from '../types/results.js';
import { renderSvg } from './render.js';

const panel = { width: 300, height: 220 };
const online = '#2f7ed8';
const target = '#e08a1e';
const filter = '#3a9d5d';
const grey = '#808080'; // legible on white and on black
const mostDirections = 64; // of the alignment
const floor = 1e-6; // of a singular value's share of the largest: what is below is rounding noise

type Panel = { title: string; draw: (run: ComparedRun) => EChartsOption };

const panels: Panel[] = [
  { title: 'singular values of both branches', draw: branches },
  { title: 'measured filter', draw: measured },
  { title: 'alignment of directions', draw: alignment },
];

/** A page that needs nothing else and runs no script: a column a run. */
export async function compareHtml({ runs }: Comparison, title: string): Promise<string> {
  const columns = await Promise.all(runs.map(column));
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; }
  body { margin: 1rem; }
  h1 { font-size: 1.2rem; overflow-wrap: anywhere; }
  h2 { font-size: 1rem; margin: 0 0 0.25rem; overflow-wrap: anywhere; }
  h3 { font-size: 0.8rem; font-weight: 600; margin: 0.75rem 0 0; }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, ${panel.width}px), 1fr)); gap: 2rem 1rem; }
  dl { display: grid; grid-template-columns: auto 1fr; gap: 0 0.75rem; margin: 0; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
  dt { color: ${grey}; }
  dd { margin: 0; text-align: right; }
  section > svg { width: 100%; height: auto; max-width: 28rem; }
  .online { color: ${online}; } .target { color: ${target}; } .filter { color: ${filter}; }
</style>
<h1>${title}</h1>
<p>Singular values of the outputs that the loss compares, as shares of the largest: <span class="online">■ online</span>,
<span class="target">■ target</span>. <span class="filter">■ Filter</span>: output against input along the input's singular
directions, and the power of s that fits it best. Alignment: |cos| between the branches' directions, the largest first.</p>
<main>${columns}</main>
</html>
`.text;
}

async function column(run: ComparedRun): Promise<Markup> {
  const drawn = await Promise.all(panels.map(({ draw }) => picture(draw(run))));
  return html`<section><h2>${run.name}</h2><dl>${figures(run).map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`,
  )}</dl>${panels.map(({ title }, at) => html`<h3>${title}</h3>${new Markup(drawn[at] ?? '')}`)}</section>
`;
}

/** The same as one drawing: a column a run. */
export async function compareSvg({ runs }: Comparison): Promise<string> {
  const [gap, lines] = [24, 130];
  const parts = await Promise.all(
    runs.map(async (run, index) => {
      const x = index * (panel.width + gap);
      const text = [[run.name, ''], ...figures(run)].map(
        ([name, value], line) =>
          html`<text x="${x + 8}" y="${20 + 16 * line}" font-weight="${line ? 400 : 700}">${name}</text><text x="${x + panel.width - 8}" y="${20 + 16 * line}" text-anchor="end">${value}</text>`,
      );
      const drawn = await Promise.all(panels.map(({ draw }) => picture(draw(run))));
      const placed = drawn.map((svg, row) =>
        svg.replace('<svg ', `<svg x="${x}" y="${lines + row * panel.height}" `),
      );
      return html`${text}${new Markup(placed.join(''))}`;
    }),
  );
  const width = runs.length * (panel.width + gap) - gap;
  const height = lines + panels.length * panel.height;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${parts}</svg>
`.text;
}

/** A row a direction of a run; what a direction lacks is left empty. */
export function compareCsv({ runs }: Comparison): string {
  const rows = runs.flatMap(
    ({ name, method, branches: [first, second], filter: found, alignment: cosines }) => {
      const columns = [
        first?.singularValues,
        second?.singularValues,
        found?.singularValues,
        found?.gain,
        cosines,
      ];
      const most = Math.max(...columns.map((values) => values?.length ?? 0));
      return Array.from({ length: most }, (_, at) =>
        [quoted(name), method, at + 1, ...columns.map((values) => values?.[at] ?? '')].join(','),
      );
    },
  );
  return `run,method,direction,online,target,input,gain,alignment\n${rows.join('\n')}\n`;
}

const quoted = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** What a run comes to, as names and values. */
export function figures({
  method,
  branches: [first, second],
  filter: found,
  knn,
}: ComparedRun): [string, string][] {
  const [own, other] = [first?.effectiveRank ?? 0, second?.effectiveRank ?? 0];
  return [
    ['method', method],
    ['effective rank, online', own.toFixed(1)],
    ['target', other.toFixed(1)],
    ['difference', (other - own).toFixed(1)],
    [
      'filter',
      found?.sigma == null
        ? 'none'
        : `s^${found.sigma.toFixed(2)}, fit ${(found.fit ?? 0).toFixed(2)}`,
    ],
    ...(knn === null ? [] : [['kNN', `${knn.toFixed(2)} %`] as [string, string]]),
  ];
}

const picture = (option: EChartsOption): Promise<string> =>
  renderSvg({ ...option, backgroundColor: 'transparent' }, panel);

const axis = (name: string, rest: object) => ({
  name,
  nameLocation: 'middle' as const,
  nameGap: 28,
  nameTextStyle: { color: grey },
  axisLabel: { color: grey, formatter: (value: number) => String(Number(value.toPrecision(2))) },
  axisLine: { show: true, lineStyle: { color: grey } },
  splitLine: { lineStyle: { color: 'rgba(128,128,128,0.25)' } },
  ...rest,
});

const frame = { aria: { enabled: true }, grid: { left: 56, right: 14, top: 12, bottom: 42 } };
const line = (color: string, data: [number, number][]) => ({
  type: 'line' as const,
  showSymbol: false,
  lineStyle: { color, width: 2 },
  itemStyle: { color },
  data,
});

function branches({ branches: both }: ComparedRun): EChartsOption {
  const shares = both.map(({ singularValues }) =>
    singularValues
      .map((value, at): [number, number] => [at + 1, value / (singularValues[0] || 1)])
      .filter(([, share]) => share > floor),
  );
  return {
    ...frame,
    xAxis: {
      type: 'log',
      ...axis('direction', { min: 1, max: Math.max(2, ...shares.map((one) => one.length)) }),
    },
    yAxis: { type: 'log', ...axis('share', { nameGap: 42, max: 1 }) },
    series: [line(online, shares[0] ?? []), line(target, shares[1] ?? [])],
  };
}

function measured({ filter: found }: ComparedRun): EChartsOption {
  const points = (found?.singularValues ?? [])
    .map((value, at): [number, number] => [value, found?.gain[at] ?? 0])
    .filter(([, gain]) => gain > 0);
  if (!found || points.length === 0) {
    const text = found ? 'no positive gain' : 'nothing stands between';
    const style = { color: grey, fontSize: 13, fontWeight: 'normal' as const };
    return { title: { text, left: 'center', top: 'middle', textStyle: style } };
  }
  const values = points.map(([value]) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return {
    ...frame,
    xAxis: { type: 'log', ...axis('s of the input', { min: least, max: most }) },
    yAxis: { type: 'log', ...axis('gain', { nameGap: 42, scale: true }) },
    series: [
      { type: 'scatter', symbolSize: 4, itemStyle: { color: filter }, data: points },
      ...(found.sigma === null ? [] : [line(filter, fitted(points, found.sigma))]),
    ],
  };
}

/** The straight line of this slope through the middle of the points, both logarithmic. */
function fitted(points: [number, number][], sigma: number): [number, number][] {
  const mean = (at: 0 | 1) =>
    points.reduce((sum, point) => sum + Math.log(point[at]), 0) / points.length;
  const offset = mean(1) - sigma * mean(0);
  const ends = [points.at(-1)?.[0] ?? 1, points[0]?.[0] ?? 1];
  return ends.map((value): [number, number] => [value, Math.exp(offset + sigma * Math.log(value))]);
}

function alignment({ alignment: cosines }: ComparedRun): EChartsOption {
  const shown = cosines.slice(0, mostDirections);
  return {
    ...frame,
    xAxis: { type: 'value', ...axis('direction', { min: 1, max: Math.max(2, shown.length) }) },
    yAxis: { type: 'value', ...axis('|cos|', { nameGap: 36, min: 0, max: 1 }) },
    series: [
      line(
        filter,
        shown.map((cosine, at): [number, number] => [at + 1, cosine]),
      ),
    ],
  };
}
