// Whether there is a terminal to draw on.

/**
 * A live line on stderr is seen, and kept in place: not in a CI's log, not on a terminal that cannot
 * move its cursor. Some pseudo-terminals say that they are 0 columns wide: not there.
 */
export const drawable = (): boolean =>
  process.stderr.isTTY &&
  process.stderr.columns > 0 &&
  process.env.TERM !== 'dumb' &&
  !('CI' in process.env);

/** Product and conversation are read by the same eyes. */
export const onTerminal = (): boolean => process.stdout.isTTY && drawable();
