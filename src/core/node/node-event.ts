import type { LogIndex, NodeId, RequestId, Term } from "../base/mod.ts";
import type { HardState, LogSummary } from "../raft/mod.ts";

/** http-api §10, with `auto` still in it: only the node knows what it comes to. */
export type ReadLevel = "none" | "weak" | "strong" | "auto" | "linearizable";

/** What the node's storage found when it was opened. */
export interface Recovered {
  readonly type: "recovered";
  readonly hardState: HardState;
  readonly log: LogSummary;
  readonly lastIndex: LogIndex;
  readonly checkpointIndex: LogIndex;
  /** Known to be committed. Above the checkpoint when the next one had begun: then it has news. */
  readonly commitIndex: LogIndex;
  /** Index of the last entry that changed the database, at least `checkpointIndex`. */
  readonly pagesIndex: LogIndex;
  /** Log behind the checkpoint. */
  readonly logBytes: number;
  /** 32 bits of it. */
  readonly entropy: number;
}

/** A request that goes through the log. The node knows it by its ID, its size and when it came. */
export interface WriteEvent {
  readonly type: "write";
  readonly request: RequestId;
  readonly bodyBytes: number;
  /** Monotonic. */
  readonly nowMs: number;
}

export interface ReadEvent {
  readonly type: "read";
  readonly request: RequestId;
  readonly level: ReadLevel;
  /** 0 = off; negative = always stale. Only asked at level none, away from the leader (http-api §10.3). */
  readonly freshnessMs: number;
}

/** A group, an install (`ticket`) or a no-op (null) is in the log and synced. In the order of what asked for them. */
export interface Executed {
  readonly type: "executed";
  readonly ticket: number | null;
  readonly term: Term;
  readonly lastIndex: LogIndex;
  /** Of the last entry that changed the database; null if there is none. */
  readonly pagesIndex: LogIndex | null;
  readonly logBytes: number;
}

/** What concerns checkpoints, and what keeps them from going on. */
export type CheckpointEvent =
  /** Somebody waits for a checkpoint of what is committed now; null: nobody does, but it is time for one. */
  | { readonly type: "checkpoint"; readonly request: RequestId | null }
  /** `-raft-snap-int` has passed. */
  | { readonly type: "checkpoint-due" }
  /** Null: there is nothing to copy. */
  | { readonly type: "checkpoint-planned"; readonly index: LogIndex | null }
  | { readonly type: "checkpoint-copied" }
  | { readonly type: "checkpoint-failed"; readonly reason: string }
  /** The engine reads from the new base. */
  | { readonly type: "checkpoint-noted"; readonly index: LogIndex }
  /** Something reads the snapshot `at` until `unpinned`. */
  | { readonly type: "pinned"; readonly pin: number; readonly at: LogIndex }
  | { readonly type: "unpinned"; readonly pin: number }
  /** A reader thread that may hold versions from after `through` on. */
  | { readonly type: "reader-joined"; readonly reader: number; readonly through: LogIndex }
  | { readonly type: "reader-released"; readonly reader: number; readonly through: LogIndex }
  | { readonly type: "reader-left"; readonly reader: number };

/** Everything that can happen to a node. Past participles: it has happened. */
export type NodeEvent =
  | CheckpointEvent
  | Recovered
  | { readonly type: "hard-state-saved"; readonly ticket: number }
  | Executed
  /** The image could not become the database; everything is as before. */
  | { readonly type: "install-refused"; readonly ticket: number; readonly reason: string }
  | WriteEvent
  | ReadEvent
  /** A checked image waits to become the database. */
  | { readonly type: "install"; readonly request: RequestId }
  /** Give up leadership to this node, or to any. */
  | { readonly type: "transfer"; readonly request: RequestId; readonly target: NodeId | null }
  /** Take a node out of the cluster. */
  | { readonly type: "remove"; readonly request: RequestId; readonly id: NodeId }
  /** The request's client has hung up. */
  | { readonly type: "gone"; readonly request: RequestId }
  /** What the loop brought in one turn has all been handed over. */
  | { readonly type: "turn-ended" }
  /** One unit of Raft's time has passed. */
  | { readonly type: "tick" }
  /** Every so often while anything is under way. */
  | { readonly type: "time-passed"; readonly nowMs: number }
  /** Finish what is under way, bring the checkpoint up to date, end. */
  | { readonly type: "stop" };
