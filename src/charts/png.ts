// SVG to PNG. Text is set in a font of the system.

/** `scale`: pixels to a unit of the SVG. */
export async function svgToPng(svg: string, scale = 2): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const fitTo = { mode: 'zoom', value: scale } as const;
  return new Resvg(svg, { fitTo, font: { defaultFontFamily: 'DejaVu Sans' } }).render().asPng();
}
