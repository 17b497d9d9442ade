// The crops of an image as the addon takes them: the two large ones, and small ones.
import { RdmError } from '../base/errors.js';
import { takesPatches } from '../types/choices.js';
import { smallCrops } from './table/crops.js';
import type { Complete } from './table/table.js';

type Options = Complete<'pretrain'>;

/** The augmentations of checked options: one dictionary for each large crop, and for the small ones of a size. */
export function resolveViews(options: Options) {
  const small = smallCrops(options);
  for (const { count, size } of small) checkPatches('--crops', `${count}x`, size, options);
  const { interpolation, jitterProb, grayscaleProb, flipProb } = options;
  const common = { interpolation, jitterProb, grayscaleProb, flipProb };
  const large = (index: 0 | 1) => ({
    ...scale('--crop-scale', options.cropScale),
    ...common,
    ...strengths(options.jitter),
    blurProb: options.blurProb[index],
    solarizeProb: options.solarizeProb[index],
    equalizeProb: options.equalizeProb[index],
  });
  const views = [large(0), large(1)] as const;
  refuseThird(options, small.length > 0);
  return { views, smallCrops: small.map((crops) => ({ ...crops, ...smallCrop(options, common) })) };
}

function smallCrop<Common extends object>(options: Options, common: Common) {
  return {
    ...scale('--small-crop-scale', options.smallCropScale),
    ...common,
    ...strengths(options.smallJitter),
    blurProb: ofSmall('--blur-prob', options.blurProb),
    solarizeProb: ofSmall('--solarize-prob', options.solarizeProb),
    equalizeProb: ofSmall('--equalize-prob', options.equalizeProb),
  };
}

type EachView = Options['blurProb'];

/** Of small crops: the third value, or the one that all views have. */
function ofSmall(flag: string, [first, second, third]: EachView): number {
  if (third !== undefined) return third;
  if (first === second) return first;
  throw new RdmError(
    'usage',
    `${flag} ${first},${second} is for the large crops, and leaves open what small ones get`,
    `add a third: ${flag} ${first},${second},0`,
  );
}

function refuseThird({ blurProb, solarizeProb, equalizeProb }: Options, small: boolean): void {
  if (small) return;
  const each = {
    'blur-prob': blurProb,
    'solarize-prob': solarizeProb,
    'equalize-prob': equalizeProb,
  };
  for (const [flag, values] of Object.entries(each)) {
    if (values.length === 2) continue;
    throw new RdmError(
      'usage',
      `--${flag} ${values.join(',')} has a value for small crops, and there are none`,
      'leave the third out, or add --crops 2x224,6x96',
    );
  }
}

function strengths([brightness, contrast, saturation, hue]: Options['jitter']) {
  return { brightness, contrast, saturation, hue };
}

function scale(flag: string, [least, most]: [number, number]) {
  if (least > 0 && least <= most && most <= 1) return { minScale: least, maxScale: most };
  throw new RdmError(
    'usage',
    `${flag} ${least},${most} is no range of shares of an image`,
    `the least comes first, above 0, and the largest is at most 1: ${flag} 0.2,1`,
  );
}

interface Network {
  arch: string;
  /** Pixels on a side. */
  patchSize: number;
}

/**
 * A Vision Transformer sees an image as whole patches. Throws `usage` for a size that leaves a rest; it is said as
 * `flag` has it, behind `count`.
 */
export function checkPatches(
  flag: string,
  count: string,
  size: number,
  { arch, patchSize }: Network,
): void {
  const rest = size % patchSize;
  if (!takesPatches(arch) || rest === 0) return;
  const whole = [size - rest, size - rest + patchSize].filter((one) => one > 0);
  throw new RdmError(
    'usage',
    `${flag} ${count}${size} does not divide into the patches of ${arch}, ${patchSize} pixels on a side`,
    `take ${flag} ${whole.map((one) => count + one).join(' or ')}, or another --patch-size`,
  );
}
