// HTML and SVG whose inserted values are harmless.

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

/** JSON that no text in it can end, as the content of a script element. */
export const inScript = (data: unknown): Markup =>
  new Markup(JSON.stringify(data).replaceAll('<', '\\u003c'));

/** XML knows no control characters, not even as entities: a name that holds one would spoil a picture. */
export const inXml = (svg: string): string =>
  svg.replaceAll(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]|\p{Cs}/gu, '\ufffd');
