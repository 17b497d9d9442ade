// Quantities as people read them.

/** 75 → '1 m 15 s', in the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const units: [number, string][] = [
    [Math.floor(whole / 86400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  const shown = first < 0 ? units.slice(-1) : units.slice(first, first + 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** 170498071 → '170.5 MB'. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** 1 → '1 image', 2 → '2 images'. */
export const images = (count: number): string => `${count} image${count === 1 ? '' : 's'}`;
