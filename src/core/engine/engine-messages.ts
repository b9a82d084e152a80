import type { LogIndex, RequestId, Term } from "../base/mod.ts";
import type { BaseShape, EntryNote } from "../pages/mod.ts";
import type { PackedResults } from "./packed-results.ts";
import type { StatementRequest } from "./statement-messages.ts";

/** What the engine is started with. */
export interface EngineData {
  readonly folder: string;
  readonly foreignKeys: boolean;
  readonly segmentBytes: number;
  readonly cells: Int32Array<SharedArrayBuffer>;
  /** Compiled SQLite, or its bytes, as the runtime could pass them on. */
  readonly wasm: unknown;
}

/** An uploaded database file that has been checked and lies synced in the data folder. */
export interface CheckedImage {
  /** Name in the data folder. */
  readonly file: string;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly checksum: bigint;
}

/** Where a checkpoint brings `db.sqlite`, and how: everything the keeper needs. */
export interface CheckpointOrder {
  readonly index: LogIndex;
  readonly term: Term;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly checksum: bigint;
  readonly entryChecksum: bigint;
  readonly pgnos: Uint32Array;
  readonly segments: Uint32Array;
  readonly positions: Float64Array;
}

export type ToEngine =
  | { readonly type: "save-hard-state"; readonly ticket: number; readonly term: Term; readonly votedFor: string | null }
  | { readonly type: "append-noop"; readonly term: Term }
  | {
      readonly type: "run-group";
      readonly ticket: number;
      readonly term: Term;
      readonly requests: readonly StatementRequest[];
    }
  | {
      readonly type: "install";
      readonly ticket: number;
      readonly term: Term;
      readonly request: RequestId;
      readonly image: CheckedImage;
    }
  | { readonly type: "plan-checkpoint"; readonly upTo: LogIndex }
  | { readonly type: "checkpointed"; readonly through: LogIndex }
  | { readonly type: "recycle"; readonly through: LogIndex }
  | { readonly type: "spare"; readonly path: string }
  | { readonly type: "stop" };

export type FromEngine =
  | {
      readonly type: "recovered";
      readonly hardState: { readonly term: Term; readonly votedFor: string | null };
      readonly lastIndex: LogIndex;
      readonly lastTerm: Term;
      readonly checkpointIndex: LogIndex;
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
  | {
      readonly type: "executed";
      /** null: a no-op, which no group asked for. */
      readonly ticket: number | null;
      readonly term: Term;
      readonly lastIndex: LogIndex;
      readonly notes: readonly EntryNote[];
      readonly results: PackedResults;
      /** Bytes that this group added to the log. */
      readonly logBytes: number;
    }
  | { readonly type: "checkpoint-plan"; readonly order: CheckpointOrder }
  /** Make this zero-filled file and answer with `spare`. */
  | { readonly type: "want-spare"; readonly path: string; readonly sizeBytes: number }
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "stopped" };
