// Numbers and markup as text.

/** Four significant digits, no exponent where people would write none. */
export function number(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2).replace('e+', 'e');
  return size >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}

export const signed = (value: number, digits: number): string =>
  `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;

/** 3675 → '1:01:15' */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}

/** Markup that is inserted as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

type Inserted = string | number | Markup | Inserted[] | false | undefined;

/** Whatever is inserted is escaped, unless it is markup itself. */
export const html = (strings: TemplateStringsArray, ...values: Inserted[]): Markup =>
  new Markup(String.raw({ raw: strings }, ...values.map(inserted)));

function inserted(value: Inserted): string {
  if (value === false || value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(inserted).join('');
  return escaped(String(value));
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => entities[sign] ?? '');

/** XML knows no control characters, not even as entities: a name that holds one would spoil a picture. */
export const inXml = (svg: string): string =>
  svg.replaceAll(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]|\p{Cs}/gu, '\ufffd');
