// Spectra as curves: each singular value's share of the largest, on a logarithmic scale.
import type { EChartsOption } from 'echarts';
import type { Spectrum } from '../types/results.js';
import { renderSvg } from './render.js';

const floor = 1e-7; // of float32: what is below is rounding noise

export function spectrumSvg(spectra: Spectrum[]): Promise<string> {
  const option: EChartsOption = {
    aria: { enabled: true },
    grid: { left: 70, right: 30, top: 20 + 24 * spectra.length, bottom: 55 },
    legend: { orient: 'vertical', top: 8, right: 30, itemWidth: 32 },
    xAxis: {
      type: 'value',
      name: 'singular value',
      nameLocation: 'middle',
      nameGap: 30,
      min: 1,
      max: 'dataMax',
    },
    yAxis: {
      type: 'log',
      name: 'share of the largest',
      nameLocation: 'middle',
      nameGap: 50,
      max: 1,
      axisLabel: { formatter: (share: number) => String(Number(share.toPrecision(1))) },
    },
    series: spectra.map((spectrum) => ({
      type: 'line' as const,
      name: label(spectrum),
      showSymbol: false,
      data: curve(spectrum.singularValues),
    })),
  };
  return renderSvg(option, { width: 760, height: 480 });
}

const label = ({ branch, features, dim, effectiveRank }: Spectrum) =>
  `${branch} ${features}, effective rank ${effectiveRank.toFixed(1)} of ${dim}`;

const curve = (values: number[]): [number, number][] => {
  const largest = values[0] ?? 0;
  return values
    .map((value, index): [number, number] => [index + 1, value / largest])
    .filter(([, share]) => share > floor);
};
