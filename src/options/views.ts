// The two augmentations: one dictionary a view for the addon.
import { RdmError } from '../base/errors.js';
import type { NativeView } from '../native/addon.js';
import { interpolations } from '../types/choices.js';
import type { ViewOptions } from '../types/options.js';
import { oneOf, probability, real } from './checks.js';

type Views = { [Key in keyof ViewOptions]-?: NonNullable<ViewOptions[Key]> };

export function resolveViews(options: Views): [NativeView, NativeView] {
  const [minScale, maxScale] = resolveScale(options.cropScale);
  const [brightness, contrast, saturation, hue] = options.jitter;
  const view = (index: 0 | 1): NativeView => ({
    minScale,
    maxScale,
    interpolation: oneOf('interpolation', options.interpolation, interpolations),
    jitterProb: probability('--jitter-prob', options.jitterProb),
    brightness: real("--jitter's brightness", brightness, 0),
    contrast: real("--jitter's contrast", contrast, 0),
    saturation: real("--jitter's saturation", saturation, 0),
    hue: real("--jitter's hue", hue, 0, 0.5),
    grayscaleProb: probability('--grayscale-prob', options.grayscaleProb),
    blurProb: probability('--blur-prob', options.blurProb[index]),
    solarizeProb: probability('--solarize-prob', options.solarizeProb[index]),
    equalizeProb: probability('--equalize-prob', options.equalizeProb[index]),
    flipProb: probability('--flip-prob', options.flipProb),
  });
  return [view(0), view(1)];
}

function resolveScale([least, most]: [number, number]): [number, number] {
  if (least > 0 && least <= most && most <= 1) return [least, most];
  throw new RdmError(
    'usage',
    `--crop-scale ${least},${most} is no range of shares of an image`,
    'the least comes first, above 0, and the largest is at most 1: --crop-scale 0.2,1',
  );
}
