// A file of vectors that rdm embed wrote: the nearest images of another, and images that are nearly the same.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RdmError, translated } from '../base/errors.js';
import { native } from '../native/addon.js';
import { check, whole } from '../options/check.js';
import { checkKeys } from '../options/keys.js';
import { number } from '../options/table/kinds.js';
import type { FeatureOptions, VectorOptions } from '../options/types.js';
import { perform } from '../run/job.js';
import { features } from '../run/jobs.js';
import { takesPatches } from '../types/choices.js';
import type { Control, ProgressEvent } from '../types/events.js';
import type { DuplicateSummary, Neighbour, VectorImage } from '../types/vectors.js';
import { besides } from './embed.js';
import { Listing } from './listing.js';
import { type MatrixPlace, readMatrixPlace, readRows } from './matrix.js';

/** A row of the file, the path of an image, or a vector of the file's width. */
export type Query = number | string | ArrayLike<number>;

/** What rdm embed says of its vectors: a picture that is looked for is made into one alike. */
type About = Pick<
  FeatureOptions,
  'arch' | 'stem' | 'stemPadding' | 'features' | 'branch' | 'cropSize' | 'valResize'
> &
  Pick<FeatureOptions, 'dataset' | 'mean' | 'std' | 'decode' | 'precision' | 'maxImagePixels'> & {
    pretrained: string;
  };

/** Of a residual network alone. */
const stem: readonly string[] = ['stem', 'stemPadding'];

const ofPicture = [
  ...(['arch', 'stem', 'stemPadding', 'features', 'branch', 'cropSize', 'valResize'] as const),
  ...(['dataset', 'mean', 'std', 'decode', 'precision', 'maxImagePixels'] as const),
];

export class Vectors {
  private listed: Listing | undefined;

  private constructor(
    private readonly matrix: MatrixPlace,
    private readonly options: VectorOptions,
  ) {}

  /** Of a .npy. Throws `bad_data`. `pretrained` is needed for pictures where the file of before is elsewhere now. */
  static open(path: string, options: VectorOptions = {}): Vectors {
    checkKeys('search', options, []);
    return new Vectors(readMatrixPlace(resolve(path)), options);
  }

  get rows(): number {
    return this.matrix.rows;
  }

  get dim(): number {
    return this.matrix.dim;
  }

  /** A row as float32. */
  row(row: number): Float32Array {
    if (whole('a row', row, 0) < this.rows) return readRows(this.matrix, row, 1);
    throw new RdmError(
      'usage',
      `there is no row ${row}: ${this.matrix.path} has ${this.rows}`,
      `choose one from 0 to ${this.rows - 1}`,
    );
  }

  /** The image of a row: without a path where the list of images is not beside the file. */
  image(row: number): VectorImage {
    return { row, ...this.listing()?.at(row) };
  }

  /** The k images with the largest cosines to the query, which is not one of them. */
  async nearest(query: Query, k = 10): Promise<Neighbour[]> {
    const [found = []] = await this.nearestOf([query], k);
    return found;
  }

  /** Of several at once. */
  async nearestOf(queries: Query[], k = 10): Promise<Neighbour[][]> {
    whole('k', k, 1);
    const known = queries.map((query) => this.rowOf(query));
    const vectors = await this.vectorsOf(queries, known);
    const wanted = {
      matrix: this.matrix,
      queries: vectors.map((vector) => Array.from(vector)),
      k: Math.min(k + 1, this.rows), // a row is the nearest to itself
    };
    const found = await translated(() => native().nearestRows(wanted));
    return found.map((list, index) =>
      list
        .filter(({ row }) => row !== known[index])
        .slice(0, k)
        .map(({ row, similarity }) => ({ ...this.image(row), similarity })),
    );
  }

  /** Groups of images whose cosines, from one to the next, are at least `above`. Progress counts rows. */
  async duplicates(above = 0.95, control: Control<ProgressEvent> = {}): Promise<DuplicateSummary> {
    check('above', number({ least: 0, most: 1 }), above);
    const { stopped, groups } = await perform(
      (onEvent: (event: ProgressEvent) => void) =>
        native().findDuplicates({ matrix: this.matrix, above }, onEvent),
      control,
    );
    return {
      outcome: stopped ? 'stopped' : 'done',
      groups: groups.map(({ rows, similarities }) => ({
        images: rows.map((row, index) => ({
          ...this.image(row),
          similarity: similarities[index] ?? 0,
        })),
      })),
    };
  }

  private listing(): Listing | undefined {
    const { listing } = besides(this.matrix.path);
    if (!this.listed && existsSync(listing)) this.listed = Listing.read(listing);
    return this.listed;
  }

  /** The row that a query names, by its number or its path. */
  private rowOf(query: Query): number | undefined {
    if (typeof query === 'number') return query;
    if (typeof query !== 'string') return undefined;
    return this.listing()?.find(resolve(query));
  }

  private async vectorsOf(
    queries: Query[],
    known: (number | undefined)[],
  ): Promise<ArrayLike<number>[]> {
    const pictures = queries.flatMap((query, index) =>
      typeof query === 'string' && known[index] === undefined ? [resolve(query)] : [],
    );
    const made = pictures.length > 0 ? await this.ofPictures(pictures) : new Float32Array();
    let next = 0;
    return queries.map((query, index) => {
      const row = known[index];
      if (row !== undefined) return this.row(row);
      if (typeof query !== 'string') return query as ArrayLike<number>;
      return made.subarray(next++ * this.dim, next * this.dim);
    });
  }

  /** Through the network that the file's vectors are of. */
  private async ofPictures(paths: string[]): Promise<Float32Array> {
    const about = this.about();
    const folder = mkdtempSync(join(tmpdir(), 'rdm-search-'));
    try {
      const list = join(folder, 'pictures.txt');
      writeFileSync(list, paths.map((path) => `${path}\n`).join(''));
      const names = ofPicture.filter(
        (name) => !takesPatches(about.arch ?? '') || !stem.includes(name),
      );
      const options = Object.fromEntries(names.map((name) => [name, about[name]]));
      const { device, gpu } = this.options;
      const set = await features({
        ...options,
        ...{ checkpoint: this.checkpoint(about), data: list, images: 0, thumbnail: 0 },
        ...{ onBadImage: 'stop', output: folder, device, gpu },
      });
      if (set.dim === this.dim) return set.features;
      throw new RdmError(
        'bad_checkpoint',
        `${this.checkpoint(about)} makes ${set.dim} features of an image, and a row has ${this.dim}`,
        'pass --pretrained with the weights that the vectors are of',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  private about(): About {
    const { about } = besides(this.matrix.path);
    try {
      return JSON.parse(readFileSync(about, 'utf8')) as About;
    } catch (cause) {
      throw new RdmError(
        'bad_data',
        `cannot read what the vectors are of, ${about}: ${(cause as Error).message}`,
        'it lies beside the vectors, where rdm embed wrote it; rows can be looked for without it',
        { cause },
      );
    }
  }

  private checkpoint({ pretrained }: About): string {
    const path = this.options.pretrained || pretrained;
    if (existsSync(path)) return path;
    throw new RdmError(
      'bad_checkpoint',
      `the weights that the vectors are of are not there: ${path}`,
      'pass --pretrained with where they are now',
    );
  }
}
