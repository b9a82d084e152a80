/** A broken invariant: the process must stop rather than go on with wrong data. Never caught to go on. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Stops the node when `condition` is false. Stays on in production (DESIGN §7). */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(`assertion failed: ${message}`);
}

/** For the last branch of an exhaustive switch: a new case fails to compile until it is handled. */
export function unreachable(value: never): never {
  throw new AssertionError(`assertion failed: unreachable case ${JSON.stringify(value)}`);
}

/** The value, which the caller knows to be there. The message says why. */
export function present<T>(value: T | undefined | null, message: string): T {
  if (value === undefined || value === null) throw new AssertionError(`assertion failed: ${message}`);
  return value;
}
