import type { Hasher } from "../base/mod.ts";
import type { Files } from "../ports/mod.ts";
import type { CheckpointOrder } from "./engine-messages.ts";

/**
 * Brings `db.sqlite` to the order's index: copies the pages, cuts the file, syncs it and records the checkpoint. Runs
 * beside the engine, in the keeper; one at a time. A crash anywhere in it is finished or repeated at the next start.
 * Returns the size of `db.sqlite` in bytes. Throws FileError; then the checkpoint may be ordered again, but for a failed
 * write or sync, which is final.
 */
export function runCheckpoint(files: Files, folder: string, hasher: Hasher, order: CheckpointOrder): number {
  throw new Error(`unfinished ${files.exists} ${folder} ${hasher.hash64} ${order.index}`);
}
