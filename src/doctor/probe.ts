// Run as a process of its own: loads the addon and prints what it tells, as JSON. A crash ends no other.
import { RdmError } from '../base/errors.js';
import { environment } from '../native/addon.js';

try {
  console.log(JSON.stringify({ environment: environment() }));
} catch (error) {
  if (!(error instanceof RdmError)) throw error;
  console.log(JSON.stringify({ refusal: error.message }));
}
