// Runs inside the page: draws the charts, and follows a run that goes on.
import type * as ECharts from 'echarts';

declare const echarts: typeof ECharts;

type Options = Record<string, ECharts.EChartsOption>;

const charts = new Map<string, ECharts.ECharts>();

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
};

// The card behind a chart is the page's, and so are its colours: they follow the reader from light to dark, and
// to paper.
function theme(): object {
  const [soft, line, card, text] = ['--soft', '--line', '--card', '--text'].map(
    (name) => `var(${name})`,
  );
  const axis = {
    nameTextStyle: { color: soft },
    axisLabel: { color: soft },
    axisLine: { lineStyle: { color: line } },
    axisTick: { lineStyle: { color: line } },
    splitLine: { lineStyle: { color: line } },
  };
  return {
    backgroundColor: 'transparent',
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    tooltip: { backgroundColor: card, borderColor: line, textStyle: { color: text } },
    valueAxis: axis,
    logAxis: axis,
    categoryAxis: { ...axis, splitLine: { show: false } },
  };
}

function draw(options: Options): void {
  for (const [id, option] of Object.entries(options)) {
    const place = element(id).querySelector<HTMLElement>('.chart');
    if (!place) continue;
    const chart = charts.get(id) ?? echarts.init(place, theme(), { renderer: 'svg' });
    charts.set(id, chart);
    chart.setOption(option, { replaceMerge: ['series'] });
    makeScalable(chart);
  }
}

/** On paper a drawing is as wide as the page lets it be. */
function makeScalable(chart: ECharts.ECharts): void {
  const drawing = chart.getDom().querySelector('svg');
  drawing?.setAttribute('viewBox', `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
}

function follow(): void {
  const note = element('live');
  const events = new EventSource(`events${location.search}`);
  events.onopen = () => {
    note.textContent = 'live';
    note.classList.remove('lost');
  };
  events.onerror = () => {
    note.textContent = 'rdm watch has ended, or cannot be reached';
    note.classList.add('lost');
  };
  events.onmessage = ({ data }: MessageEvent<string>) => {
    const { parts, options } = JSON.parse(data) as {
      parts: Record<string, string>;
      options: Options;
    };
    // The first rank, or the first evaluation, brings a chart that the page has no place for yet.
    if (Object.keys(options).some((id) => !document.getElementById(id))) return location.reload();
    for (const [id, markup] of Object.entries(parts)) element(id).innerHTML = markup;
    draw(options);
  };
}

draw(JSON.parse(element('options').textContent ?? '{}') as Options);
new ResizeObserver(() => {
  // Where a browser takes a picture of the whole page, it is a pixel wide for a moment.
  if (element('overview').clientWidth === 0) return;
  for (const chart of charts.values()) {
    chart.resize();
    makeScalable(chart);
  }
}).observe(element('overview'));
if ('live' in document.documentElement.dataset) follow();
