// The page: one file that holds all it shows, and whose policy lets it fetch nothing.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { EChartsOption } from 'echarts';
import { html, inScript, Markup } from '../base/markup.js';
import type { Figure, Panels, Sign } from './figure.js';
import { chartsOf, type Group, groupsOf } from './figures.js';
import { overview, reproduction, subtitle, warnings } from './overview.js';
import type { Run } from './runs.js';
import { style } from './style.js';

/** The parts that change while a run goes on: the inner HTML of elements and the charts' options, by id. */
export interface Update {
  parts: Record<string, string>;
  options: Record<string, EChartsOption>;
}

export function updateOf(runs: Run[]): Update {
  return update(runs, groupsOf(runs));
}

function update(runs: Run[], groups: Group[]): Update {
  const figures = chartsOf(groups);
  const small = new Set(groups.flatMap(panelsOf).flatMap(({ panels }) => panels.map(idOf)));
  const parts: [string, Markup][] = [
    ['overview', overview(runs)],
    ['warnings', warnings(runs)],
    ...figures.map((figure): [string, Markup] => [`table-${figure.id}`, dataTable(figure)]),
    ...figures.map(({ id, alternative }): [string, Markup] => [
      `words-${id}`,
      html`${alternative}`,
    ]),
  ];
  return {
    parts: Object.fromEntries(parts.map(([id, { text }]) => [id, text])),
    options: Object.fromEntries(
      figures.map(({ id, option }) => [id, small.has(id) ? panelOption(option) : option]),
    ),
  };
}

const panelsOf = ({ figures }: Group): Panels[] => figures.filter((one) => 'panels' in one);
const idOf = ({ figure }: Panels['panels'][number]) => figure.id;

/** A chart of some 200 pixels: the title that it shares says what its axes are. */
function panelOption(option: EChartsOption): EChartsOption {
  const small = (axis: EChartsOption['xAxis'] | EChartsOption['yAxis']) => {
    const { axisLabel, ...rest } = axis as { axisLabel?: object };
    return { ...rest, name: '', splitNumber: 3, axisLabel: { ...axisLabel, fontSize: 10 } };
  };
  return {
    ...option,
    grid: { left: 2, right: 10, top: 8, bottom: 2, containLabel: true },
    xAxis: small(option.xAxis),
    yAxis: small(option.yAxis),
    dataZoom: [],
  } as EChartsOption;
}

/** Of many runs the number says more than their names. */
const titleOf = (runs: Run[]) =>
  runs.length > 3 ? `${runs.length} runs` : runs.map(({ name }) => name).join(', ');

/** A live page listens to `events` beside it. */
export function pageOf(runs: Run[], { live }: { live: boolean }): string {
  const groups = groupsOf(runs);
  const { parts, options } = update(runs, groups);
  const title = titleOf(runs);
  const part = (id: string) => new Markup(parts[id] ?? '');
  const [chartLibrary, program] = scripts();
  const page = html`<!doctype html>
<html lang="en"${live && html` data-live`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(live)}">
<meta name="referrer" content="no-referrer">
<title>${title} · rdm</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<p class="by">rdm ${live ? 'watch' : 'report'}</p>
<h1>${title}</h1>
<p>${runs.length === 1 ? runs.map(subtitle) : 'side by side, and what sets them apart'}</p>
${live && html`<p><span class="live" id="live" role="status">live</span></p>`}
<nav aria-label="Sections"><ul>${[...groups, { id: 'reproduce', title: 'Make it again' }].map(
    (group) => html`<li><a href="#${group.id}">${group.title}</a></li>`,
  )}</ul></nav>
</header>
<main>
<h2 class="hidden">How it stands</h2>
<div id="overview"${runs.length > 1 && html` class="box"`}>${part('overview')}</div>
<div id="warnings">${part('warnings')}</div>
${groups.map(
  (group) => html`<section aria-labelledby="${group.id}"><h2 id="${group.id}">${group.title}</h2>
<div class="figures">${group.figures.map((one) => ('panels' in one ? panelsMarkup(one, part) : figureMarkup(one, part)))}</div></section>
`,
)}
<section aria-labelledby="reproduce-title" id="reproduce"><h2 id="reproduce-title">Make it again</h2>
${reproduction(runs)}</section>
</main>
<footer>Made by rdm from events.jsonl. Drag a chart to move along it, Ctrl and the wheel to zoom.</footer>
<noscript><p>The charts need JavaScript; their tables do not.</p></noscript>
<script type="application/json" id="options">${inScript(options)}</script>
<script>${new Markup(chartLibrary)}</script>
<script type="module">${new Markup(program)}</script>
</body>
</html>
`;
  return page.text;
}

type Part = (id: string) => Markup;

/** What signs stand for; none is needed for a single line. */
const keyMarkup = (key: Sign[]) =>
  key.length > 1 &&
  html`<ul class="key">${key.map(
    ({ name, color, dash }) =>
      html`<li><svg viewBox="0 0 22 8" aria-hidden="true"><path d="M0 4H22" stroke="${color}" stroke-width="3"${dash && html` stroke-dasharray="${dash.join(' ')}"`}/></svg>${name}</li>`,
  )}</ul>`;

const captionMarkup = ({
  id,
  title,
  caption,
  key,
}: Pick<Panels, 'id' | 'title' | 'caption' | 'key'>) =>
  html`<figcaption><h3 id="title-${id}">${title}</h3><p>${caption}</p>${keyMarkup(key)}</figcaption>`;

/** Titles, words and tables are there once, and a name for each. */
const panelsMarkup = ({ panels, ...head }: Panels, part: Part) => html`
<figure class="wide" id="${head.id}" aria-labelledby="title-${head.id}">${captionMarkup(head)}
<div class="panels">${panels.map(
  ({ name, figure: { id } }) =>
    html`<div class="panel" id="${id}"><h4 id="title-${id}">${name}</h4>
<div class="chart" role="img" aria-labelledby="title-${head.id} title-${id} words-${id}"></div>
<p class="hidden" id="words-${id}">${part(`words-${id}`)}</p></div>`,
)}</div>
<details><summary>Data of ${head.title}</summary>${panels.map(
  ({ name, figure: { id } }) =>
    html`<h4>${name}</h4><div class="scroll" tabindex="0" role="region" aria-label="Data of ${head.title}: ${name}" id="table-${id}">${part(`table-${id}`)}</div>`,
)}</details></figure>`;

const figureMarkup = ({ id, ...head }: Figure, part: Part) => html`
<figure id="${id}" aria-labelledby="title-${id}">${captionMarkup({ id, ...head })}
<div class="chart" role="img" aria-labelledby="title-${id} words-${id}"></div>
<p class="hidden" id="words-${id}">${part(`words-${id}`)}</p>
<details><summary>Data of ${head.title}</summary><div class="scroll" tabindex="0" role="region" aria-label="Data of ${head.title}" id="table-${id}">${part(`table-${id}`)}</div></details></figure>`;

const dataTable = ({ table: { head, rows } }: Figure) => html`<table>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
  ([first, ...cells]) =>
    html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
)}</tbody></table>`;

/** Nothing is fetched, but for a live page's own events; only these scripts run. */
export function policy(live: boolean): string {
  const hashes = scripts().map((script) => {
    return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  });
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    "style-src 'unsafe-inline'", // the chart library's tooltips carry their style
    'img-src data:',
    `connect-src ${live ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

let loaded: [string, string] | undefined;

/** The chart library, and the page's own program. */
function scripts(): [string, string] {
  const library = createRequire(import.meta.url).resolve('echarts/dist/echarts.common.min.js');
  loaded ??= [
    readFileSync(library, 'utf8'),
    readFileSync(new URL('../../dist/report/browser/page.js', import.meta.url), 'utf8'),
  ];
  return loaded;
}
