import type { LogIndex, RequestId, SegmentId, Term } from "../base/mod.ts";
import type { MembershipEntry, TermRuns } from "../log/mod.ts";
import type { BaseShape, EntryNote } from "../pages/mod.ts";
import type { PackedRequests } from "./packed-requests.ts";
import type { PackedResults } from "./packed-results.ts";

/** What the engine is started with. */
export interface EngineData {
  readonly folder: string;
  readonly foreignKeys: boolean;
  readonly segmentBytes: number;
  readonly cells: Int32Array<SharedArrayBuffer>;
  /** Compiled SQLite, or its bytes, as the runtime could pass them on. */
  readonly wasm: unknown;
}

/** What a database file is. */
export interface ImageShape {
  readonly pageSize: number;
  readonly pageCount: number;
  /** Rolling checksum of all pages. */
  readonly checksum: bigint;
}

/** A database file that has been checked, or fetched from another node, and lies synced in the data folder. */
export interface CheckedImage extends ImageShape {
  /** Name in the data folder. */
  readonly file: string;
}

/** The database after an entry, as one node offers it to another that lacks the log before (Raft §7). */
export interface SnapshotShape extends ImageShape {
  readonly index: LogIndex;
  readonly term: Term;
  /** The one in force then; null: there was none. */
  readonly membership: MembershipEntry | null;
}

/** What an image entry of another node says, whose file has to be there before the entry is. */
export interface CarriedImage extends CheckedImage {
  readonly index: LogIndex;
}

/** Entries fit to be sent to another node, and to be stored there by `append-entries`. */
export interface EntryBatch {
  readonly first: LogIndex;
  /** Of each entry, in `bytes`. */
  readonly sizes: Uint32Array<ArrayBuffer>;
  /** Of the last entry: index and term name an entry, and all before it. null: there is none. */
  readonly lastTerm: Term | null;
  /** What the image entries among them say; the files are this node's. */
  readonly images: readonly CarriedImage[];
  /** The entries, one after another; may end before the last of `sizes`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What Raft has to know of a log of which it holds nothing. */
export interface LogDescription {
  /** The entry before the first one: the checkpoint's. */
  readonly start: { readonly index: LogIndex; readonly term: Term };
  /** Terms of all entries after it. */
  readonly runs: TermRuns;
  /** Bytes that each of them takes. */
  readonly entryBytes: Float64Array<ArrayBuffer>;
  /** The one in force at `start`, if there is one, then those after it; ascending. */
  readonly memberships: readonly MembershipEntry[];
}

/** Where a checkpoint brings `db.sqlite`, and how: everything the keeper needs. */
export interface CheckpointOrder {
  readonly index: LogIndex;
  readonly term: Term;
  /** Segment and byte position at which entry `index` ends: recovery goes on from there. */
  readonly segment: SegmentId;
  readonly position: number;
  /** File of the data folder to bring to `index`: `db.sqlite`, or an image that becomes it. */
  readonly base: string;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly checksum: bigint;
  readonly entryChecksum: bigint;
  /** The last membership entry up to `index`, which the log is about to let go of; null: there was none. */
  readonly membership: MembershipEntry | null;
  readonly pgnos: Uint32Array;
  readonly segments: Uint32Array;
  readonly positions: Float64Array;
}

export type ToEngine =
  | { readonly type: "save-hard-state"; readonly ticket: number; readonly term: Term; readonly votedFor: string | null }
  | { readonly type: "append-noop"; readonly term: Term }
  /** Who is in the cluster from now on, in bytes of the host's (up to `membershipBytesMax`). Answered by `executed`. */
  | {
      readonly type: "append-configuration";
      readonly ticket: number;
      readonly term: Term;
      readonly body: Uint8Array<ArrayBuffer>;
    }
  /**
   * Entries from here on, none of them committed, leave the log (Raft §5.3), and so does whatever the writer holds.
   * Nothing happens to the log if it ends before. Answered by `truncated`.
   */
  | { readonly type: "truncate-from"; readonly ticket: number; readonly from: LogIndex }
  /** On: from now on `logged` tells of this node's own entries before they are synced. Off at the start. No answer. */
  | { readonly type: "share-entries"; readonly isOn: boolean }
  /** For a follower that lags: as many as fit into `bytesMax`, one at least if there is one. Answered by `entries`. */
  | {
      readonly type: "read-entries";
      readonly ticket: number;
      readonly from: LogIndex;
      readonly through: LogIndex;
      readonly bytesMax: number;
    }
  /**
   * Cut the log before `truncateFrom` (null: nothing to cut), then store the entries from `from` on that lie in `bytes`.
   * `images`: of this node's, for every image entry among them (found by its checksum). Answered by `appended`, or by
   * `append-refused`.
   */
  | {
      readonly type: "append-entries";
      readonly ticket: number;
      readonly truncateFrom: LogIndex | null;
      readonly from: LogIndex;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly images: readonly CheckedImage[];
    }
  | {
      readonly type: "run-group";
      readonly ticket: number;
      readonly term: Term;
      readonly requests: PackedRequests;
    }
  /** What a snapshot of the database at this index would be. Answered by `snapshot-described`. */
  | { readonly type: "describe-snapshot"; readonly ticket: number; readonly at: LogIndex }
  /**
   * The fetched image becomes the database, and the log begins anew after `snapshot.index`, which is above all that is
   * committed here. Answered by `snapshot-installed`. Order a checkpoint through that index soon: until then the old
   * database and its log lie beside the new one.
   */
  | {
      readonly type: "install-snapshot";
      readonly ticket: number;
      readonly snapshot: Pick<SnapshotShape, "index" | "term" | "membership">;
      readonly image: CheckedImage;
    }
  | {
      readonly type: "install";
      readonly ticket: number;
      readonly term: Term;
      readonly request: RequestId;
      readonly image: CheckedImage;
    }
  /** Answered by `checkpoint-plan`. */
  | { readonly type: "plan-checkpoint"; readonly upTo: LogIndex }
  /** The keeper is done with the order of this index: answered by `checkpoint-noted`. */
  | { readonly type: "checkpointed"; readonly through: LogIndex }
  /** No reader needs versions up to here any more: segments wholly below become spares. */
  | { readonly type: "recycle"; readonly through: LogIndex }
  | { readonly type: "spare"; readonly path: string }
  /** The file asked for by `want-spare` can't be made now (full disk). */
  | { readonly type: "spare-failed"; readonly path: string }
  /** Everything is synced and closed when `stopped` comes back. */
  | { readonly type: "stop" };

export type FromEngine =
  | {
      readonly type: "recovered";
      readonly hardState: { readonly term: Term; readonly votedFor: string | null };
      readonly lastIndex: LogIndex;
      readonly lastTerm: Term;
      readonly checkpointIndex: LogIndex;
      /** All up to here is committed, and older snapshots can't be read. At least `checkpointIndex`. */
      readonly readableFrom: LogIndex;
      readonly log: LogDescription;
      /** The database file at the checkpoint; the readers' starting point. */
      readonly base: BaseShape;
      readonly notes: readonly EntryNote[];
      readonly logBytes: number;
      readonly sqliteVersion: string;
      readonly compileOptions: readonly string[];
      /** What recovery had to cut, in words, or null. */
      readonly cut: string | null;
    }
  | { readonly type: "hard-state-saved"; readonly ticket: number }
  /** The log ends here now, on the disk. */
  | { readonly type: "truncated"; readonly ticket: number; readonly lastIndex: LogIndex; readonly lastTerm: Term }
  /**
   * With `share-entries`: entries that this node has just made are in its log, but not on the disk yet. Always followed by
   * the `executed` of the same ticket.
   */
  | {
      readonly type: "logged";
      readonly ticket: number | null;
      readonly term: Term;
      readonly entries: EntryBatch;
    }
  /** Null: no snapshot can be had there: it lies inside a transaction of several entries, or below `readableFrom`. */
  | { readonly type: "snapshot-described"; readonly ticket: number; readonly snapshot: SnapshotShape | null }
  /** The log ends, and begins, with the snapshot, on the disk. Its note is an image's: readers take it as one. */
  | { readonly type: "snapshot-installed"; readonly ticket: number; readonly note: EntryNote }
  /** Null: the log begins later, or entry `from` is an image that a checkpoint has begun to change. Send a snapshot. */
  | { readonly type: "entries"; readonly ticket: number; readonly entries: EntryBatch | null }
  /** Entries of another node are in the log and synced. */
  | {
      readonly type: "appended";
      readonly ticket: number;
      readonly lastIndex: LogIndex;
      readonly lastTerm: Term;
      readonly notes: readonly EntryNote[];
      /** Bytes that they added to the log. */
      readonly logBytes: number;
    }
  /** None of them is in the log: they were damaged, didn't follow its end, or there is no room. It may have been cut. */
  | {
      readonly type: "append-refused";
      readonly ticket: number;
      readonly lastIndex: LogIndex;
      readonly lastTerm: Term;
      readonly reason: string;
    }
  /** A group, an install, a no-op or a configuration is in the log and synced. One for each of those messages, in order. */
  | {
      readonly type: "executed";
      /** null: a no-op, which has no ticket. */
      readonly ticket: number | null;
      readonly term: Term;
      /** Of the log now: the results may leave once this is committed. */
      readonly lastIndex: LogIndex;
      /** Usually one; none if nothing changed; more if some requests could not run among others. */
      readonly notes: readonly EntryNote[];
      /** One for every request of the group; none for anything else. */
      readonly results: PackedResults;
      /** Bytes that this group added to the log. */
      readonly logBytes: number;
    }
  /** The image could not become the database; everything is as before and the file is gone. */
  | { readonly type: "install-refused"; readonly ticket: number; readonly reason: string }
  /** null: there is nothing to copy. */
  | { readonly type: "checkpoint-plan"; readonly order: CheckpointOrder | null }
  /** The engine reads from this base now; readers may be told to. */
  | { readonly type: "checkpoint-noted"; readonly base: BaseShape }
  /** Have the keeper make this zero-filled file; answer with `spare` or `spare-failed`. */
  | { readonly type: "want-spare"; readonly path: string; readonly sizeBytes: number }
  /** Final: the engine does nothing more, and the node must stop. */
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "stopped" };
