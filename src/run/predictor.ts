// What aligns the two branches, in words.
import type { StartEvent } from '../types/events.js';

/** poly 2 on the online branch */
export function describePredictor({ type, location, sigma }: NonNullable<StartEvent['predictor']>) {
  const what = type === 'mlp' ? 'a learnable predictor' : type;
  const power = sigma === undefined ? '' : ` ${sigma}`;
  return `${what}${power} on the ${location === 'online' ? 'online branch' : 'target'}`;
}
