// Loads the addon and prints its environment as JSON, in a process of its own, so that a crash ends no other.
import { RdmError } from '../base/errors.js';
import { environment } from '../native/addon.js';

try {
  console.log(JSON.stringify({ environment: environment() }));
} catch (error) {
  if (!(error instanceof RdmError)) throw error;
  console.log(JSON.stringify({ refusal: { reason: error.message, hint: error.hint } }));
}
