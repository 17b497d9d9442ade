// Which images the rows of a file of vectors are of: a table with path and label. Source: RFC 4180.
import { readFileSync } from 'node:fs';
import { RdmError } from '../base/errors.js';

export interface Listed {
  path: string;
  label?: string;
}

const [newline, quote] = ['\n', '"'].map((character) => character.charCodeAt(0));

/** A cell of such a table. */
export const cell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** A million lines are an array of bytes and where each begins, and no text before it is asked for. */
export class Listing {
  private readonly columns: string[];

  private constructor(
    private readonly table: string,
    private readonly bytes: Buffer,
    private readonly begins: number[],
  ) {
    this.columns = this.cells(0);
    if (!this.columns.includes('path')) {
      throw refused(table, 'its first line does not name the column path');
    }
  }

  /** Throws `bad_data`. */
  static read(table: string): Listing {
    let bytes: Buffer;
    try {
      bytes = readFileSync(table);
    } catch (error) {
      throw refused(table, (error as Error).message);
    }
    const begins = [0];
    let quoted = false;
    for (let at = 0; at < bytes.length; ++at) {
      if (bytes[at] === quote) quoted = !quoted;
      else if (bytes[at] === newline && !quoted) begins.push(at + 1);
    }
    return new Listing(table, bytes, begins);
  }

  /** The image of a row. Throws `bad_data` where there is none. */
  at(row: number): Listed {
    const cells = this.cells(row + 1);
    if (cells.length !== this.columns.length) {
      throw refused(this.table, `its line ${row + 2} has not the cells of the first`);
    }
    const [path = '', label] = ['path', 'label'].map((name) => cells[this.columns.indexOf(name)]);
    return label === undefined ? { path } : { path, label };
  }

  /** The row of an image; undefined where it is not listed. */
  find(path: string): number | undefined {
    const text = cell(path);
    for (let at = 0; ; ++at) {
      at = this.bytes.indexOf(text, at);
      if (at < 0) return undefined;
      const row = this.lineAt(at) - 1;
      if (row >= 0 && this.begins[row + 1] === at && this.at(row).path === path) return row;
    }
  }

  /** Of the byte at this place. */
  private lineAt(place: number): number {
    let [low, high] = [0, this.begins.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.begins[middle] ?? 0) <= place) low = middle;
      else high = middle;
    }
    return low;
  }

  private cells(line: number): string[] {
    const begin = this.begins[line] ?? this.bytes.length;
    const text = this.bytes.toString('utf8', begin, this.begins[line + 1] ?? this.bytes.length);
    return [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(?:,|\r?\n|$)/gy)]
      .filter(([all]) => all !== '')
      .map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
  }
}

const refused = (table: string, reason: string) =>
  new RdmError(
    'bad_data',
    `cannot read the list of images ${table}: ${reason}`,
    'it lies beside the vectors, where rdm embed wrote it',
  );
