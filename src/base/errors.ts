// One error type for everything that a user can cause, on either side of the waist.

export type ErrorCode =
  | 'usage' // an option that makes no sense
  | 'bad_data' // the image folder
  | 'bad_checkpoint'
  | 'bad_output' // the output folder
  | 'occupied' // the output folder holds another run
  | 'bad_run' // the folder of a run that is looked at
  | 'bad_recipe'
  | 'download'
  | 'no_device'
  | 'distributed' // several processes that do not come together
  | 'lost_rank' // another of several processes died or hangs
  | 'not_finite' // the loss
  | 'no_addon' // the native half is not built, or does not load
  | 'internal'; // a bug

export class RdmError extends Error {
  override readonly name = 'RdmError';
  readonly code: ErrorCode;
  readonly hint: string; // what to do about it; may be empty

  constructor(code: ErrorCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** Runs a call into the addon: its errors, plain ones with `code` and `hint`, come out as RdmError. */
export async function translated<Value>(call: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    throw toRdmError(error);
  }
}

/** Runs a call of the file system that writes to `path`; what it throws comes out as `bad_output`. */
export async function writing<Value>(path: string, call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (cause) {
    throw new RdmError(
      'bad_output',
      `cannot write ${path}: ${(cause as Error).message}`,
      'pass a folder that can be written, on a disk that is not full',
      { cause },
    );
  }
}

// An error without a code is a bug, and stays as it is.
function toRdmError(error: unknown): unknown {
  if (error instanceof RdmError || !(error instanceof Error)) return error;
  const { code, hint } = error as { code?: unknown; hint?: unknown };
  if (typeof code !== 'string' || typeof hint !== 'string') return error;
  return new RdmError(code as ErrorCode, error.message, hint, { cause: error });
}
