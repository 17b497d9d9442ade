// How a map lies in its box. The page runs this too, by its text, so it refers to nothing outside.

export interface Fit {
  /** Whether across and up have changed places, as the map is long where the box is not. */
  turned: boolean;
  /** What the axes reach from and to. */
  x: [number, number];
  y: [number, number];
}

/** A unit is as long across as it is up, and the map as large as a box of `width` × `height` pixels allows. */
export function fit(points: [number, number][], width: number, height: number): Fit {
  const range = (axis: 0 | 1): [number, number] => [
    points.reduce((least, point) => Math.min(least, point[axis]), Infinity),
    points.reduce((most, point) => Math.max(most, point[axis]), -Infinity),
  ];
  const length = ([least, most]: [number, number]) => most - least;
  const [first, second] = [range(0), range(1)];
  const turned = length(first) > length(second) !== width > height;
  const [across, up] = turned ? [second, first] : [first, second];
  const pixel = Math.max(length(across) / width, length(up) / height) || 1;
  const around = ([least, most]: [number, number], pixels: number): [number, number] => [
    (least + most - pixel * pixels) / 2,
    (least + most + pixel * pixels) / 2,
  ];
  return { turned, x: around(across, width), y: around(up, height) };
}
