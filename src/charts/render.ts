// Charts without a browser: ECharts draws, and gives SVG.
import type { EChartsOption } from 'echarts';
import { inXml } from '../report/text.js';

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
