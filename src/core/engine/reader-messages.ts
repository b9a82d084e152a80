import type { LogIndex, RequestId } from "../base/mod.ts";
import type { BaseShape, EntryNote, PageAsk } from "../pages/mod.ts";
import type { Cell } from "./cancel-cells.ts";
import type { PackedRequests } from "./packed-requests.ts";
import type { PackedResults } from "./packed-results.ts";

/** What a reader is started with: the base file's shape, and every note since. */
export interface ReaderData {
  readonly folder: string;
  readonly foreignKeys: boolean;
  readonly cells: Int32Array<SharedArrayBuffer>;
  readonly wasm: unknown;
  readonly base: BaseShape;
  readonly notes: readonly EntryNote[];
}

/** How a backup is to look (http-api §13.1). `compress` is done by the route. */
export interface BackupOrder {
  readonly format: "binary" | "delete" | "sql";
  readonly vacuum: boolean;
  /** Only these tables in an SQL dump; empty = all. */
  readonly tables: readonly string[];
}

export type ToReader =
  /** Commit notes in order, then reads of exactly the snapshot `at`. */
  | {
      readonly type: "read";
      readonly notes: readonly EntryNote[];
      readonly at: LogIndex;
      readonly requests: PackedRequests;
    }
  | {
      readonly type: "backup";
      readonly notes: readonly EntryNote[];
      readonly at: LogIndex;
      readonly id: RequestId;
      readonly cell: Cell;
      readonly order: BackupOrder;
    }
  /** Versions up to `base.index` are in the base file now: forget where they lie in the log, say `released`. */
  | { readonly type: "drop-versions"; readonly notes: readonly EntryNote[]; readonly base: BaseShape }
  /**
   * For another node: pages of the snapshot `at`, which stays pinned for as long as asks for it may come. Answered by
   * `snapshot-chunk`.
   */
  | {
      readonly type: "snapshot-ask";
      readonly notes: readonly EntryNote[];
      readonly at: LogIndex;
      readonly id: number;
      readonly ask: PageAsk;
    }
  /** Make the stream's next chunk. A stream starts with no credit: give as many at once as may be under way. */
  | { readonly type: "credit"; readonly id: RequestId }
  /** Nobody takes this stream any more. Answered by `broken`, unless it has ended already. */
  | { readonly type: "cancel-stream"; readonly id: RequestId };

export type FromReader =
  | { readonly type: "ready" }
  /**
   * Results of some requests of the batch; `done` when they were the last. A backup is a batch of one, whose result is
   * a `stream`, or a `text` if it can't begin. Requests that main took back in the meantime come as `stopped`.
   */
  | { readonly type: "results"; readonly results: PackedResults; readonly done: boolean }
  /** A stream's next bytes; `done`: its last (there may be none). After `broken` it cannot be finished. */
  | {
      readonly type: "chunk";
      readonly id: RequestId;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly state: "more" | "done";
    }
  | { readonly type: "broken"; readonly id: RequestId; readonly reason: string }
  /** The answer to an ask (`encodePageChunk`). */
  | { readonly type: "snapshot-chunk"; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "released"; readonly through: LogIndex }
  | { readonly type: "failed"; readonly reason: string };
