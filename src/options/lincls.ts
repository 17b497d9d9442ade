// rdm lincls's options: complete, then checked and under the addon's names.
import type { NativeLinclsOptions } from '../native/addon.js';
import { linclsSchedules } from '../types/choices.js';
import type { LinclsOptions } from '../types/options.js';
import { oneOf, whole } from './checks.js';
import { resolveCommon } from './common.js';
import { linclsDefaults, withDefaults, withSizes } from './defaults.js';

/** Every option there, under the library's names; unchecked. */
export function completeLincls(given: LinclsOptions) {
  return withSizes(withDefaults(linclsDefaults, given));
}

export function resolveLincls(given: LinclsOptions): NativeLinclsOptions {
  const options = completeLincls(given);
  return {
    ...resolveCommon(options),
    pretrained: options.pretrained,
    lars: options.lars,
    schedule: oneOf('schedule', options.schedule, linclsSchedules),
    lrSteps: options.lrSteps.map((epoch) => whole('--lr-steps', epoch, 1)),
    evaluate: options.evaluate,
  };
}
