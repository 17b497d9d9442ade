// A map of features: a point for each image, a colour for each class, or one for all without labels.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { EChartsOption } from 'echarts';
import type { FeatureMap } from '../types/results.js';
import { fit } from './fit.js';
import { mapPage } from './page.js';
import { renderSvg } from './render.js';

const mostNamed = 120; // more classes are told by the pointer alone
const fewColours = 12; // more are hard to tell apart, so that a name stands on each class too
const margin = 16;
const row = 24; // pixels of a class in the legend of a picture
const column = 190;
const box = { width: 754, height: 704 }; // of the map in a picture

/** A picture of the map. */
export function mapSvg(map: FeatureMap): Promise<string> {
  const height = box.height + margin;
  const named = map.classes.length <= mostNamed;
  const columns = named ? Math.ceil((map.classes.length * row) / height) : 0;
  const { turned, x, y } = fit(map.points, box.width, box.height);
  const option: EChartsOption = {
    ...mapOption(map, turned),
    aria: { enabled: true },
    grid: { left: margin, top: margin, width: box.width, height: box.height },
    legend: {
      ...{ show: named, orient: 'vertical', left: box.width + 2 * margin, top: margin, bottom: 0 },
      data: map.classes,
      textStyle: { width: column - 50, overflow: 'truncate' },
    },
    xAxis: { show: false, min: x[0], max: x[1] },
    yAxis: { show: false, min: y[0], max: y[1] },
  };
  return renderSvg(option, {
    width: box.width + margin + Math.max(columns * column, margin),
    height,
  });
}

/** A page that needs nothing else: the map, with the image and its class under the pointer. */
export async function mapHtml(map: FeatureMap, title: string): Promise<string> {
  const library = createRequire(import.meta.url).resolve('echarts/dist/echarts.common.min.js');
  const { paths, thumbnails, classes, points } = map;
  return mapPage({
    title,
    library: await readFile(library, 'utf8'),
    option: mapOption(map, false),
    classes: classes.map((name, index) => ({ name, color: colour(index, classes.length) })),
    points,
    paths,
    thumbnails: thumbnails && {
      columns: thumbnails.columns,
      source: `data:image/jpeg;base64,${Buffer.from(thumbnails.jpeg).toString('base64')}`,
    },
  });
}

/** One series a class; a point is across, up and the number of its image. */
function mapOption({ points, labels, ...rest }: FeatureMap, turned: boolean): EChartsOption {
  const classes = rest.classes.length > 0 ? rest.classes : ['images'];
  const placed = points.map(([x, y]): [number, number] => (turned ? [y, x] : [x, y]));
  const series = classes.map((name, label) => ({
    type: 'scatter' as const,
    name,
    symbolSize: points.length > 1000 ? 5 : 8,
    itemStyle: { opacity: 0.8 },
    emphasis: { focus: 'series' as const },
    data: placed.flatMap(([x, y], image) =>
      (labels[image] ?? 0) === label ? [[x, y, image]] : [],
    ),
  }));
  const isNamed = classes.length > fewColours && classes.length <= mostNamed;
  return {
    color: classes.map((_, index) => colour(index, classes.length)),
    series: isNamed ? [...series, namesOf(series)] : series,
  };
}

/** The name of each class at the middle of its points, as far as they do not cover each other. */
const namesOf = (series: { name: string; data: number[][] }[]) => ({
  type: 'scatter' as const,
  name: '',
  symbolSize: 0,
  silent: true,
  label: {
    ...{ show: true, formatter: '{b}', fontSize: 12, fontWeight: 600 },
    ...{ color: '#222', textBorderColor: '#fff', textBorderWidth: 3 },
  },
  labelLayout: { hideOverlap: true },
  data: series
    .filter(({ data }) => data.length > 0)
    .map(({ name, data }) => ({ name, value: [median(data, 0), median(data, 1)] })),
});

function median(points: number[][], axis: 0 | 1): number {
  const sorted = points.map((point) => point[axis] ?? 0).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Hues around the circle; neighbours differ in lightness too. */
const colour = (index: number, count: number) =>
  `hsl(${Math.round((index * 360) / count)}, 65%, ${index % 2 ? 38 : 55}%)`;
