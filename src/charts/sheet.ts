// Rows of pictures as a page that needs nothing else and runs no script.
import { html, Markup } from '../base/markup.js';
import { native } from '../native/addon.js';
import { whole } from '../options/check.js';

export interface SheetRow {
  title: string;
  images: { path: string; caption: string }[];
}

const fallback = 160;

/** A page with a small picture of each image, `side` pixels; grey where it cannot be read. */
export async function sheetHtml(title: string, rows: SheetRow[], side = fallback): Promise<string> {
  whole('thumbnail', side, 8);
  const paths = rows.flatMap(({ images }) => images.map(({ path }) => path));
  const columns = Math.ceil(Math.sqrt(paths.length));
  const jpeg = paths.length > 0 ? await native().contactSheet({ paths, side }) : new Uint8Array();
  const source = `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
  let next = 0;
  const picture = ({ path, caption }: SheetRow['images'][number]) => {
    const [x, y] = [-(next % columns) * side, -Math.floor(next / columns) * side];
    next += 1;
    return html`<figure title="${path}"><div role="img" aria-label="${path}"
      style="background-position: ${x}px ${y}px"></div><figcaption>${caption}<br>${nameOf(path)}</figcaption></figure>`;
  };
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; }
  body { margin: 1rem; }
  h1 { font-size: 1.1rem; overflow-wrap: anywhere; }
  h2 { font-size: 1rem; margin: 1.25rem 0 0.5rem; overflow-wrap: anywhere; }
  section > div { display: flex; flex-wrap: wrap; gap: 0.75rem; }
  figure { margin: 0; width: ${side}px; }
  figure > div { width: ${side}px; height: ${side}px; background-image: url(${new Markup(source)}); }
  figcaption { font-size: 0.8rem; overflow-wrap: anywhere; }
</style>
<h1>${title}</h1>
${rows.map(
  (row) => html`<section><h2>${row.title}</h2><div>${row.images.map(picture)}</div></section>
`,
)}</html>
`.text;
}

const nameOf = (path: string) => path.split('/').at(-1) ?? '';
