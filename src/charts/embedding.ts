// A map of features: a point for each image, a colour for each class.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { EChartsOption } from 'echarts';
import type { Embedding } from '../types/results.js';
import { mapPage } from './page.js';
import { renderSvg } from './render.js';

const mostNamed = 30; // a legend holds no more classes

/** A picture of the map. */
export function embeddingSvg(embedding: Embedding): Promise<string> {
  return renderSvg(mapOption(embedding), { width: 960, height: 720 });
}

/** A page that needs nothing else: the map, with the image and its class under the pointer. */
export async function embeddingHtml(embedding: Embedding, title: string): Promise<string> {
  const library = createRequire(import.meta.url).resolve('echarts/dist/echarts.common.min.js');
  const { paths, thumbnails } = embedding;
  return mapPage({
    title,
    library: await readFile(library, 'utf8'),
    option: mapOption(embedding),
    paths,
    thumbnails: thumbnails && {
      columns: thumbnails.columns,
      source: `data:image/jpeg;base64,${Buffer.from(thumbnails.jpeg).toString('base64')}`,
    },
  });
}

/** One series a class; a point is x, y and the number of its image. */
function mapOption({ points, labels, classes }: Embedding): EChartsOption {
  const hasLegend = classes.length <= mostNamed;
  return {
    aria: { enabled: true },
    color: classes.map((_, index) => colour(index, classes.length)),
    grid: { left: 16, right: hasLegend ? 190 : 16, top: 16, bottom: 16 },
    legend: { show: hasLegend, orient: 'vertical', right: 8, top: 'middle' },
    xAxis: { show: false, scale: true },
    yAxis: { show: false, scale: true },
    series: classes.map((name, label) => ({
      type: 'scatter' as const,
      name,
      symbolSize: points.length > 1000 ? 5 : 8,
      itemStyle: { opacity: 0.8 },
      data: points.flatMap(([x, y], image) => (labels[image] === label ? [[x, y, image]] : [])),
    })),
  };
}

/** Hues around the circle; neighbours differ in lightness too. */
const colour = (index: number, count: number) =>
  `hsl(${Math.round((index * 360) / count)}, 65%, ${index % 2 ? 38 : 55}%)`;
