// The two augmentations: one dictionary a view for the addon.
import { RdmError } from '../base/errors.js';
import type { Complete } from './table/table.js';

/** Of checked options. */
export function resolveViews(options: Complete<'pretrain'>) {
  const [minScale, maxScale] = resolveScale(options.cropScale);
  const [brightness, contrast, saturation, hue] = options.jitter;
  const { interpolation, jitterProb, grayscaleProb, flipProb } = options;
  const view = (index: 0 | 1) => ({
    ...{ minScale, maxScale, interpolation, jitterProb, brightness, contrast, saturation, hue },
    ...{ grayscaleProb, flipProb },
    blurProb: options.blurProb[index],
    solarizeProb: options.solarizeProb[index],
    equalizeProb: options.equalizeProb[index],
  });
  return [view(0), view(1)] as const;
}

function resolveScale([least, most]: [number, number]): [number, number] {
  if (least > 0 && least <= most && most <= 1) return [least, most];
  throw new RdmError(
    'usage',
    `--crop-scale ${least},${most} is no range of shares of an image`,
    'the least comes first, above 0, and the largest is at most 1: --crop-scale 0.2,1',
  );
}
