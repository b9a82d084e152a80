import type { Files } from "../ports/mod.ts";

/**
 * Makes a file of zeros, really written and synced, so that overwriting and syncing parts of it later is cheap. Throws
 * FileError (ENOSPC, …) with nothing left behind.
 */
export function makeSpare(files: Files, path: string, sizeBytes: number): void {
  throw new Error(`unfinished ${files.exists} ${path} ${sizeBytes}`);
}
