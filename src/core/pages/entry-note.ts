import type { LogIndex, Term } from "../base/mod.ts";

/** One committed-or-to-be entry of pages: what a page index needs to know of it. */
export interface EntryNote {
  readonly index: LogIndex;
  readonly term: Term;
  readonly pageSize: number;
  /** Pages in the database after this entry. */
  readonly pageCount: number;
  /** Page numbers in the entry, ascending, each once. */
  readonly pgnos: Uint32Array;
  /** Segment of each page in `pgnos` (a big transaction's parts may lie in several). See `SegmentId`. */
  readonly segments: Uint32Array;
  /** Byte position in its segment file of each page in `pgnos`. */
  readonly positions: Float64Array;
  /** Non-null: the entry replaces the whole database by this file (an image that was loaded); pgnos is empty. */
  readonly image: string | null;
}
