import { FileError } from "../ports/mod.ts";

/** Why a thread's program had to stop, for the log: what the system said, or where the broken invariant is. */
export function failureText(error: unknown): string {
  if (error instanceof FileError) {
    // Most runtimes begin with it.
    return error.message.startsWith(`${error.code}: `) ? error.message : `${error.code}: ${error.message}`;
  }
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}

/** Is it only that the disk, or the share of it that we may use, is full? */
export function isDiskFull(error: unknown): error is FileError {
  return error instanceof FileError && ["ENOSPC", "EDQUOT", "EFBIG"].includes(error.code);
}
