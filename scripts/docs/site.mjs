// npm run docs:site -- [OUT]: README.md, CONTRIBUTING.md and docs/ as a static site that needs no server, in build-site
// where no folder is named. Exit code 1, with a list, where a link or an anchor leads nowhere.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Marked, Renderer } from 'marked';
import { style } from './site-style.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = resolve(process.argv[2] ?? join(root, 'build-site'));

/** In the order of the contents; a page that no group names comes last. */
const groups = [
  ['Begin', ['README.md', 'docs/installing.md', 'docs/datasets.md', 'docs/start.md', 'docs/recipes.md', 'docs/flags.md', 'docs/library.md']],
  ['The method', ['docs/filters.md', 'docs/verdict.md', 'docs/evaluation.md', 'docs/choosing.md', 'docs/scores.md', 'docs/finetune.md', 'docs/results.md', 'docs/methods.md', 'docs/parity.md']],
  ['Running', ['docs/processes.md', 'docs/gpu.md', 'docs/memory.md', 'docs/durability.md', 'docs/faults.md', 'docs/report.md', 'docs/vectors.md', 'docs/export.md']],
  ['When it fails', ['docs/troubleshooting.md', 'docs/security.md']],
  ['Inside', ['docs/architecture.md', 'docs/bench.md', 'docs/scaling.md', 'CONTRIBUTING.md']],
];
const documents = readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []));
const rest = documents.filter((page) => !groups.some(([, pages]) => pages.includes(page)));
const contents = rest.length > 0 ? [...groups, ['More', rest]] : groups;
const sources = contents.flatMap(([, pages]) => pages);

/** All pages lie in one folder. */
const fileOf = (page) => (page === 'README.md' ? 'index.html' : `${basename(page, '.md').toLowerCase()}.html`);

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const slug = (text) => text.toLowerCase().replace(/<[^>]*>|&[^;]+;|[^\p{L}\p{N}\s-]/gu, '').trim().replace(/\s+/g, '-');

const texts = new Map(sources.map((page) => [page, readFileSync(join(root, page), 'utf8')]));
const titles = new Map(sources.map((page) => [page, /^# (.*)$/m.exec(texts.get(page))?.[1] ?? page]));

/** One Markdown file as HTML, and the anchors in it. A page that the text calls by its file is called by its title. */
function render(page) {
  const anchors = new Set();
  const renderer = {
    heading({ tokens, depth }) {
      const html = this.parser.parseInline(tokens);
      let id = slug(html);
      for (let count = 1; anchors.has(id); ++count) id = `${slug(html)}-${count}`;
      anchors.add(id);
      return `<h${depth} id="${id}"><a class="anchor" href="#${id}">${html}</a></h${depth}>\n`;
    },
    link({ href, text, tokens }) {
      const shown = titles.has(text) ? escaped(titles.get(text)) : this.parser.parseInline(tokens);
      return `<a href="${escaped(hrefOf(page, href))}">${shown}</a>`;
    },
    image({ href, text }) {
      return `<img src="${escaped(hrefOf(page, href))}" alt="${escaped(text)}" loading="lazy">`;
    },
    // The documents name each other in backticks too.
    codespan({ text }) {
      return titles.has(text) && text !== page
        ? `<a href="${fileOf(text)}">${escaped(titles.get(text))}</a>`
        : `<code>${escaped(text)}</code>`;
    },
    table(token) {
      const html = Renderer.prototype.table.call(this, token);
      const headed = token.header.some(({ text }) => text) ? html : html.replace(/<thead>.*?<\/thead>\n?/s, '');
      return `<div class="scroll" tabindex="0">${headed}</div>`;
    },
  };
  return { page, html: new Marked({ renderer }).parse(texts.get(page)), anchors };
}

/** From a page's place in the checkout to its place in the site; pictures keep their folder. */
function hrefOf(page, href) {
  if (/^[a-z]+:/i.test(href) || href.startsWith('#')) return href;
  const [path, fragment] = href.split('#');
  const target = normalize(join(dirname(page), path));
  const place = sources.includes(target) ? fileOf(target) : target.replace(/^docs\//, '');
  return fragment ? `${place}#${fragment}` : place;
}

const pages = sources.map(render);

const navigation = (current) =>
  contents
    .map(([name, names]) => {
      const items = names.map((page) => {
        const here = page === current ? ' aria-current="page"' : '';
        return `<li><a href="${fileOf(page)}"${here}>${escaped(page === 'README.md' ? 'What it is' : titles.get(page))}</a></li>`;
      });
      return `<h2>${name}</h2>\n<ul>${items.join('\n')}</ul>`;
    })
    .join('\n');

const whole = ({ page, html }) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(page === 'README.md' ? 'rdm' : `${titles.get(page)} – rdm`)}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<a class="skip" href="#content">To the text</a>
<details class="menu"><summary>rdm <span>${page === 'README.md' ? 'Contents' : escaped(titles.get(page))}</span></summary><nav aria-label="Pages, in a menu">${navigation(page)}</nav></details>
<nav class="side" aria-label="Pages"><p class="name"><a href="index.html">rdm</a></p>${navigation(page)}</nav>
<main id="content">
${html}
</main>
</body>
</html>
`;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const page of pages) writeFileSync(join(out, fileOf(page.page)), whole(page));
writeFileSync(join(out, 'style.css'), style);
cpSync(join(root, 'docs/pictures'), join(out, 'pictures'), { recursive: true });

const dead = deadLinks();
for (const line of dead) console.error(line);
console.log(`${pages.length} pages in ${out}, ${dead.length} dead links`);
process.exitCode = dead.length > 0 ? 1 : 0;

/** Of what was written, not of what it was written from. */
function deadLinks() {
  const files = new Set(readdirSync(out, { recursive: true }));
  const anchorsOf = new Map(pages.map(({ page, anchors }) => [fileOf(page), anchors]));
  return pages.flatMap(({ page }) => {
    const here = fileOf(page);
    const links = [...readFileSync(join(out, here), 'utf8').matchAll(/(?:href|src)="([^"]+)"/g)];
    return links.flatMap(([, link]) => {
      if (/^[a-z]+:/i.test(link) || link === '#content') return [];
      const [file, fragment] = link.split('#');
      const lost = file && !files.has(file);
      const lostAnchor = fragment && anchorsOf.has(file || here) && !anchorsOf.get(file || here).has(fragment);
      return lost || lostAnchor ? [`${page}: ${link} leads nowhere`] : [];
    });
  });
}
