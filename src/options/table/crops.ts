// --crops 2x224,6x96: how many crops of an image there are of each size, and which methods have a place for small ones.
import { RdmError } from '../../base/errors.js';
import { type Method, multiCropMethods } from '../../types/choices.js';

export interface Crops {
  count: number;
  /** Pixels on a side. */
  size: number;
}

/** Why small crops have no place in a method. */
const refused: Partial<Record<Method, string>> = {
  simsiam: 'its loss aligns two views, each of which is the target of the other',
  barlow: 'its loss is that of the correlations between two views',
  vicreg: 'its loss weighs the distance of two views against their variances',
};

/** The first are the large ones. Throws `usage` for what is no such list. */
export function parseCrops(texts: readonly string[]): [large: Crops, ...small: Crops[]] {
  const [large, ...small] = texts.map((text) => {
    const [, count, size] = /^([1-9]\d?)x([1-9]\d{0,8})$/.exec(text) ?? [];
    return { count: Number(count ?? 0), size: Number(size ?? 0) };
  });
  const given = `--crops ${texts.join(',')}`;
  const form = 'two large crops, then small ones: --crops 2x224,6x96';
  if (!large || [large, ...small].some(({ count }) => count === 0)) {
    throw new RdmError('usage', `${given} is no list of counts and sizes`, form);
  }
  if (large.count !== 2) {
    throw new RdmError(
      'usage',
      `${given} has ${large.count} large crops, and losses take two`,
      form,
    );
  }
  if (small.length === 0) {
    const alone = `leave it out (--crop-size ${large.size}), or add some: ${given},6x${Math.ceil(large.size / 2)}`;
    throw new RdmError('usage', `${given} has no small crops`, alone);
  }
  return [large, ...small];
}

/** Those of the options. Throws `usage` where the method has no place for them, or the large ones another size. */
export function smallCrops({
  method,
  crops,
  cropSize,
}: {
  method: Method;
  crops?: string[] | undefined;
  cropSize: number;
}): Crops[] {
  if (crops === undefined) return [];
  const given = `--crops ${crops.join(',')}`;
  const [large, ...small] = parseCrops(crops);
  if (refused[method]) {
    throw new RdmError(
      'usage',
      `${given} has no place in ${method}: ${refused[method]}`,
      `leave it out, or take --method ${multiCropMethods.join(' or ')}`,
    );
  }
  if (large.size === cropSize) return small;
  throw new RdmError(
    'usage',
    `${given} contradicts --crop-size ${cropSize}, the size of large crops`,
    'give one of them',
  );
}
