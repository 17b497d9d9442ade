// Whether there is a terminal to draw on.

/** A live line on stderr is seen. Some pseudo-terminals say that they are 0 columns wide: not there. */
export const drawable = (): boolean => process.stderr.isTTY && process.stderr.columns > 0;

/** Product and conversation are read by the same eyes. */
export const onTerminal = (): boolean => process.stdout.isTTY && drawable();
