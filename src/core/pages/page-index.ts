import type { LogIndex, SegmentId } from "../base/mod.ts";
import type { BaseShape, EntryNote } from "./entry-note.ts";

/** How big the database is at one log index, and which file lies under its page versions. */
export interface DatabaseShape {
  readonly pageSize: number;
  readonly pageCount: number;
  readonly base: BaseShape;
}

/** The newest version of every page up to an index: what a checkpoint copies. Page numbers ascend, each once. */
export interface CheckpointPages {
  readonly pgnos: Uint32Array;
  readonly segments: Uint32Array;
  readonly positions: Float64Array;
}

/** Which version of which page a snapshot sees, and where in the log it lies. */
export class PageIndex {
  constructor(base: BaseShape) {
    throw new Error(`unfinished ${base.file}`);
  }
  /** The file under all versions, as of the last checkpoint. */
  declare readonly base: BaseShape;
  /** Index of the newest entry with pages, or the base's. */
  declare readonly newest: LogIndex;
  /** Takes in the next entry; indexes ascend. */
  declare add: (note: EntryNote) => void;
  /** The database's shape at `at`, which is not below the base's index. */
  declare shape: (at: LogIndex) => DatabaseShape;
  /** Where page `pgno` lies at `at`: a handle for `segmentOf` and `positionOf`, good until the next change; -1 = in the
   * base file of that snapshot. */
  declare find: (pgno: number, at: LogIndex) => number;
  declare segmentOf: (location: number) => SegmentId;
  /** Byte position of the page in its segment file. */
  declare positionOf: (location: number) => number;
  declare plan: (upTo: LogIndex) => CheckpointPages;
  /** The file now holds everything up to `base.index`: those versions are forgotten. */
  declare dropThrough: (base: BaseShape) => void;
  /** Forgets entries from `index` on (Raft conflict). */
  declare truncateFrom: (index: LogIndex) => void;
}
