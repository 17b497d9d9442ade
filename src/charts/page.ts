// The map as a page: chart library, data and pictures are all in it.
import type { EChartsOption } from 'echarts';
import { html, inScript, Markup } from '../base/markup.js';

export interface MapPage {
  title: string;
  /** ECharts, minified. */
  library: string;
  option: EChartsOption;
  paths: string[];
  thumbnails: { source: string; columns: number } | null;
}

export const mapPage = ({ title, library, ...data }: MapPage): string =>
  html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; }
  body { margin: 0; display: flex; flex-direction: column; height: 100vh; }
  h1 { font-size: 1.1rem; margin: 0.75rem 1rem 0; }
  #map { flex: 1; min-height: 20rem; }
  .picture { width: 96px; height: 96px; image-rendering: pixelated; }
</style>
<h1>${title}</h1>
<div id="map" role="img" aria-label="${title}"></div>
<script>${new Markup(library)}</script>
<script type="application/json" id="data">${inScript(data)}</script>
<script>${new Markup(inlineScript)}</script>
</html>
`.text;

const inlineScript = `
const { option, paths, thumbnails } = JSON.parse(document.getElementById('data').textContent);
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const chart = echarts.init(document.getElementById('map'), dark ? 'dark' : undefined);
function describe({ seriesName, value: [, , image] }) {
  const box = document.createElement('div');
  if (thumbnails) {
    const picture = box.appendChild(document.createElement('div'));
    picture.className = 'picture';
    const { columns, source } = thumbnails;
    picture.style.backgroundImage = 'url(' + source + ')';
    picture.style.backgroundSize = columns * 96 + 'px';
    picture.style.backgroundPosition =
      -(image % columns) * 96 + 'px ' + -Math.floor(image / columns) * 96 + 'px';
  }
  box.append(seriesName, document.createElement('br'), paths[image].split('/').pop());
  return box;
}
chart.setOption({
  ...option,
  backgroundColor: 'transparent',
  tooltip: { formatter: describe },
  dataZoom: [{ type: 'inside' }, { type: 'inside', orient: 'vertical' }],
});
addEventListener('resize', () => chart.resize());
`;
