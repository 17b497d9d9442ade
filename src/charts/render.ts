// Pictures without a browser: ECharts draws SVG, resvg makes PNG of it.
import type { EChartsOption } from 'echarts';
import { inXml } from '../base/markup.js';

export interface Size {
  width: number;
  height: number;
}

export async function renderSvg(option: EChartsOption, size: Size): Promise<string> {
  const { init } = await import('echarts'); // a megabyte, loaded only where something is drawn
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({ animation: false, backgroundColor: '#fff', ...option });
    return inXml(chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** Text is set in a font of the system. `scale`: pixels to a unit of the SVG. */
export async function svgToPng(svg: string, scale = 2): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const fitTo = { mode: 'zoom', value: scale } as const;
  return new Resvg(svg, { fitTo, font: { defaultFontFamily: 'DejaVu Sans' } }).render().asPng();
}
