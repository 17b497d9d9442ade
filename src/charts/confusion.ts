// Where a classifier is wrong, as a page that needs nothing else and runs no script.
import { html, Markup } from '../base/markup.js';
import type { Mistake, ProbeResult, ProbeSummary } from '../types/results.js';

const mostShown = 40; // classes of which the whole matrix is drawn

/** The commonest confusions first, with images, and the whole matrix where it is small. */
export function confusionHtml({ classes, valImages, result }: ProbeSummary, title: string): string {
  if (!result) throw new RangeError('a probe that was stopped has no confusions');
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Confusions of ${title}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; }
  body { margin: 1rem; }
  h1 { font-size: 1.2rem; overflow-wrap: anywhere; }
  h2 { font-size: 1rem; margin: 1.25rem 0 0.5rem; overflow-wrap: anywhere; }
  section > div { display: flex; flex-wrap: wrap; gap: 0.75rem; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
  th { font-weight: 600; text-align: right; padding: 0.2rem 0.5rem; white-space: nowrap; }
  thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; padding: 0.5rem 0.2rem; }
  td { text-align: right; padding: 0.2rem 0.5rem; min-width: 2rem; }
  figure { margin: 0; max-width: 8rem; }
  figcaption { font-size: 0.75rem; overflow-wrap: anywhere; }
  ${pictureStyle(result)}
</style>
<h1>Confusions of ${title}</h1>
<p>${result.top1.toFixed(2)} % of ${valImages} validation images are right (top-5 ${result.top5.toFixed(2)} %, mean of the
classes ${result.meanPerClass.toFixed(2)} %); the expected calibration error is ${result.calibrationError.toFixed(4)}.</p>
${classes.length <= mostShown ? matrix(classes, result) : ''}
${pairs(classes, result)}</html>
`.text;
}

/** Rows are true classes, those with the most mistakes first; the columns have the same order. */
function matrix(classes: string[], { confusion }: ProbeResult): Markup {
  const wrong = confusion.map((row, own) => sum(row) - (row[own] ?? 0));
  const order = classes.map((_, at) => at).sort((a, b) => (wrong[b] ?? 0) - (wrong[a] ?? 0));
  const cell = (row: number, column: number) => {
    const count = confusion[row]?.[column] ?? 0;
    const share = count / Math.max(sum(confusion[row] ?? []), 1);
    const hue = row === column ? '37, 99, 235' : '220, 38, 38';
    const shade = new Markup(`background: rgba(${hue}, ${(share * 0.8).toFixed(3)})`);
    return html`<td style="${shade}">${count}</td>`;
  };
  return html`<h2>True classes (rows) and what they were taken for, the most mistaken first</h2>
<div class="wide"><table><thead><tr><td></td>${order.map((at) => html`<th scope="col">${classes[at]}</th>`)}</tr></thead>
<tbody>${order.map(
    (row) =>
      html`<tr><th scope="row">${classes[row]}</th>${order.map((column) => cell(row, column))}</tr>
`,
  )}</tbody></table></div>`;
}

function pairs(classes: string[], { mistakes, confusion, thumbnails }: ProbeResult): Markup {
  const shown = mistakes.flatMap(({ images }) => images);
  const columns = Math.ceil(Math.sqrt(shown.length));
  let next = 0;
  const picture = ({ path, confidence }: Mistake['images'][number]) => {
    const [x, y] = [next % columns, Math.floor(next / columns)];
    next += 1;
    const place = new Markup(`--x: ${x}; --y: ${y}`);
    return html`<figure title="${path}">${thumbnails ? html`<div role="img" aria-label="${path}" style="${place}"></div>` : ''}<figcaption>${(100 * confidence).toFixed(0)} % ${nameOf(path)}</figcaption></figure>`;
  };
  return html`${mistakes.map(
    ({ label, predicted, count, images }) =>
      html`<section><h2>${classes[label]} taken for ${classes[predicted]}: ${count} of ${sum(confusion[label] ?? [])}</h2><div>${images.map(picture)}</div></section>
`,
  )}`;
}

/** One picture of tiles, of which each figure shows its own; a tile is drawn at 96 pixels. */
function pictureStyle({ mistakes, thumbnails }: ProbeResult): Markup {
  if (!thumbnails) return new Markup('');
  const columns = Math.ceil(Math.sqrt(mistakes.flatMap(({ images }) => images).length));
  const source = `data:image/jpeg;base64,${Buffer.from(thumbnails).toString('base64')}`;
  return new Markup(
    `figure > div { width: 96px; height: 96px; background: url(${source}) calc(var(--x) * -96px) ` +
      `calc(var(--y) * -96px) / ${columns * 96}px auto; image-rendering: pixelated; }`,
  );
}

const sum = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0);

const nameOf = (path: string) => path.split('/').at(-1) ?? '';
