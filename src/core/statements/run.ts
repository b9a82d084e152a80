/** What a run of one request's statements is told, and what comes of it. */

/** Why a run must end now. */
export type Due = "timeout" | "stopped";

/** Asked between statements, and from SQLite's progress handler while one runs. */
export interface RunLimit {
  /** `timeout`: its `db_timeout` has passed. `stopped`: nobody waits for it any more. */
  due(): Due | null;
}

/** Where a write runs: among others in one outer transaction that the caller opened, or by itself with none open. */
export type Surroundings = "group" | "alone";

export type RunResult =
  /** The whole response body, `raft_index` not yet in it (`withRaftIndex`). `failed`: it carries a top-level `error`. */
  | { readonly type: "json"; readonly body: Uint8Array<ArrayBuffer>; readonly failed: boolean }
  /** A plain-text error (http-api §1.4), without the final newline. */
  | { readonly type: "text"; readonly status: 400 | 500; readonly message: string }
  /** Nobody waits for it; what it did so far must not stay. */
  | { readonly type: "stopped" };

/**
 * What a write in a group can come to. After `done` all it changed is in the outer transaction and may stay.
 * `alone`: it can't be judged among others (VACUUM, BEGIN, a rollback of everything, a deferred foreign key, …): the
 * caller undoes it and runs it by itself. `touched`: it has changed something, or the outer transaction is gone.
 */
export type GroupRunResult =
  | { readonly type: "done"; readonly result: RunResult }
  | { readonly type: "alone"; readonly touched: boolean }
  /** Interrupted because nobody waits; the outer transaction may be gone. */
  | { readonly type: "stopped" };
