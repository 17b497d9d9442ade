// Charts as pictures of their own, drawn without a browser.
import { createRequire } from 'node:module';
import type { Figure } from './figure.js';
import { escaped, inXml } from './text.js';

const size = { width: 900, height: 480 };
const margin = 16;

/** On white, with the title in the picture and in its description. */
export function svgOf({ title, alternative, option }: Figure): string {
  const { init } = createRequire(import.meta.url)(
    'echarts/dist/echarts.common.min.js',
  ) as typeof import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({
      ...option,
      backgroundColor: '#ffffff',
      title: { text: title, left: margin, top: margin - 4, textStyle: { fontSize: 16 } },
      legend: { ...option.legend, left: margin, top: 40, type: 'plain' },
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
