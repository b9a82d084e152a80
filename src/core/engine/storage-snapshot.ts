import type { LogIndex } from "../base/mod.ts";
import type { SnapshotStore } from "../sqlite/mod.ts";
import type { PageVersions } from "./storage-versions.ts";

/**
 * One reading connection's pages: a snapshot of exactly one log index, over the thread's `PageVersions` (which several
 * connections of the thread share). `target` says what the next `pin` shows; a pin that is held keeps its own.
 */
export class SnapshotPages implements SnapshotStore {
  constructor(versions: PageVersions) {
    throw new Error(`unfinished ${versions}`);
  }
  /** The next pin shows index `at`: not below the base, and every note up to it is in the index. */
  declare target: (at: LogIndex) => void;
  /** The index that is pinned now, or null. */
  declare readonly pinned: LogIndex | null;
  declare readonly pageSize: number;
  declare readonly pageCount: number;
  declare readonly stamp: number;
  declare pin: () => void;
  declare release: () => void;
  declare readPage: (pgno: number, into: Uint8Array) => void;
}
