// The map as a page: chart library, data and pictures are all in it.
import type { EChartsOption } from 'echarts';
import { html, inScript, Markup } from '../base/markup.js';
import { fit } from './fit.js';

export interface MapPage {
  title: string;
  /** ECharts, minified. */
  library: string;
  option: EChartsOption;
  classes: { name: string; color: string }[];
  points: [number, number][];
  paths: string[];
  thumbnails: { source: string; columns: number } | null;
}

export const mapPage = ({ title, library, classes, ...data }: MapPage): string =>
  html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; }
  body { margin: 0; display: grid; grid: auto 1fr / 1fr auto; height: 100vh; height: 100dvh; }
  h1 { font-size: 1.1rem; margin: 0.75rem 1rem 0; grid-column: 1 / -1; overflow-wrap: anywhere; }
  #map { min-width: 0; min-height: 0; }
  #classes { margin: 0; padding: 0.5rem 1rem; list-style: none; overflow: auto; max-width: 16rem; font-size: 0.9rem; }
  #classes li { display: flex; align-items: center; gap: 0.5rem; cursor: default; overflow-wrap: anywhere; }
  #classes svg { flex: none; width: 0.7rem; height: 0.7rem; }
  .picture { width: 96px; height: 96px; image-rendering: pixelated; }
  @media (max-width: 700px) {
    body { grid: auto 1fr auto / 1fr; }
    #classes { display: flex; flex-wrap: wrap; gap: 0 0.9rem; max-width: none; max-height: 26vh; font-size: 0.8rem; }
  }
</style>
<h1>${title}</h1>
<div id="map" role="img" aria-label="${title}"></div>
<ul id="classes" tabindex="0" aria-label="Classes">${classes.map(
    ({ name, color }) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill="${color}"/></svg>${name}</li>`,
  )}</ul>
<script>${new Markup(library)}</script>
<script type="application/json" id="data">${inScript(data)}</script>
<script>${new Markup(`${fit}${inlineScript}`)}</script>
</html>
`.text;

const inlineScript = `
const { option, points, paths, thumbnails } = JSON.parse(document.getElementById('data').textContent);
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const place = document.getElementById('map');
const chart = echarts.init(place, dark ? 'dark' : undefined);
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
const margin = 16;
const label = dark ? { color: '#eee', textBorderColor: '#111' } : {};
const turn = ([x, y, ...rest]) => [y, x, ...rest];
const turnEach = (data) => data.map((one) => one.value ? { ...one, value: turn(one.value) } : turn(one));
// Of names that would lie over each other the first is drawn; a letter has some 7 pixels, a line 15.
function apart(names, pixel) {
  const drawn = [];
  return names.filter(({ name, value: [x, y] }) => {
    const half = 3.5 * name.length;
    const free = drawn.every((one) => Math.abs(one.x - x) > (one.half + half) * pixel || Math.abs(one.y - y) > 15 * pixel);
    if (free) drawn.push({ x, y, half });
    return free;
  });
}
function draw() {
  const { clientWidth: width, clientHeight: height } = place;
  const { turned, x, y } = fit(points, width - 2 * margin, height - 2 * margin);
  const pixel = (x[1] - x[0]) / (width - 2 * margin);
  const series = option.series.map((one) => {
    const data = turned ? turnEach(one.data) : one.data;
    if (!one.label) return { ...one, data };
    return { ...one, label: { ...one.label, ...label }, data: apart(data, pixel) };
  });
  chart.setOption({
    ...option,
    series,
    backgroundColor: 'transparent',
    grid: { left: margin, right: margin, top: margin, bottom: margin },
    xAxis: { show: false, min: x[0], max: x[1] },
    yAxis: { show: false, min: y[0], max: y[1] },
    tooltip: { confine: true, formatter: describe },
    dataZoom: [{ type: 'inside' }, { type: 'inside', orient: 'vertical' }],
  });
}
draw();
for (const item of document.querySelectorAll('#classes li')) {
  const show = (type) => () => chart.dispatchAction({ type, seriesName: item.textContent });
  item.addEventListener('pointerenter', show('highlight'));
  item.addEventListener('pointerleave', show('downplay'));
}
addEventListener('resize', () => {
  chart.resize();
  draw();
});
`;
