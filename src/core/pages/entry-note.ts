import type { LogIndex, Term } from "../base/mod.ts";

/** One committed-or-to-be entry of pages: what a page index needs to know of it. Structured-cloneable. */
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
  /** Non-null: the entry replaces the whole database by this file of the data folder; `pgnos` is empty. */
  readonly image: string | null;
}

/** A database file under the page index, and the log index from which on it is the base. */
export interface BaseShape {
  /** Everything up to and including this index is in the file. */
  readonly index: LogIndex;
  /** Name in the data folder. */
  readonly file: string;
  readonly pageSize: number;
  readonly pageCount: number;
}
