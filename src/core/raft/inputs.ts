import type { Brand, LogIndex, NodeId, RequestId, Term } from "../base/mod.ts";
import type { Configuration, ConfigurationChange, IndexedConfiguration } from "./configuration.ts";
import type { EntryId, EntryRange, TermRun } from "./entry-range.ts";
import type { Message, Snapshot } from "./messages.ts";

/** Names one `save-hard-state`, ascending. */
export type Ticket = Brand<number, "Ticket">;

/** Counts the cuts of this node's log, from 0 at every start. What the engine says about the log names the epoch it is true in. */
export type Epoch = Brand<number, "Epoch">;

/** Figure 2's persistent state, but the log. */
export interface HardState {
  readonly term: Term;
  readonly votedFor: NodeId | null;
}

/** What recovery found in the log, all of it on disk. */
export interface LogSummary {
  /** The entry before the first one that is still there: a checkpoint's, or (0, 0). */
  readonly base: EntryId;
  /** Terms of the entries after `base`, ascending; the first run begins at `base.index + 1`. */
  readonly runs: readonly TermRun[];
  /** Body size of each entry after `base`. Only steers how much goes into one message. */
  readonly bytes: ArrayLike<number>;
  /** Ascending: the one in force at `base` (none: no cluster yet), then those of the membership entries after it. */
  readonly configurations: readonly IndexedConfiguration[];
}

/**
 * What can happen to a node. Everything comes in order of happening; `start` is first and comes once.
 * The engine's reports (`hard-state-saved`, `appended`, `persisted`) come in the order in which it did the work.
 */
export type RaftInput =
  | {
      readonly type: "start";
      readonly hardState: HardState;
      readonly log: LogSummary;
      /** Known to be committed: the checkpoint's index at least. */
      readonly commitIndex: LogIndex;
      /** 32 bits of entropy; all of this node's dice come from them. */
      readonly entropy: number;
    }
  /** One unit of time has passed. */
  | { readonly type: "tick" }
  /** `bodies` is what came with an AppendEntries: Raft passes it on in `store` and never looks at it. */
  | { readonly type: "receive"; readonly message: Message; readonly bodies: unknown }
  /** The hard state of this ticket, and of all before, is on disk. */
  | { readonly type: "hard-state-saved"; readonly ticket: Ticket }
  /**
   * This node's engine has put entries of its own at the end of the log: a group that it ran, or what `append-own` asked
   * for. They may go to followers; they need not be on disk. Reports of an older epoch are ignored, since those entries
   * are cut off.
   */
  | { readonly type: "appended"; readonly epoch: Epoch; readonly entries: EntryRange }
  /** The log, as it is in this epoch, is on disk through `index`. */
  | { readonly type: "persisted"; readonly epoch: Epoch; readonly index: LogIndex }
  /** Asks for an index to read at (thesis §6.4). Answered by `readable` or `refused`. */
  | { readonly type: "read"; readonly request: RequestId }
  /** Hands leadership to `target`, or to the best voter. Answered by `completed` or `refused`. Let the engine finish its groups first: what it appends after the target has caught up may be cut off. */
  | { readonly type: "transfer"; readonly request: RequestId; readonly target: NodeId | null }
  /** Answered by `completed` (in force and committed), `refused` (nothing happened) or `undecided`. */
  | { readonly type: "change"; readonly request: RequestId; readonly change: ConfigurationChange }
  /** Makes an empty node a member of a new cluster. Every first member gets the same configuration. Answered as `change`. */
  | { readonly type: "bootstrap"; readonly request: RequestId; readonly configuration: Configuration }
  /** A checkpoint has let entries through `index` go; they are committed and on disk. */
  | { readonly type: "compacted"; readonly index: LogIndex }
  /** The image asked for by `fetch-snapshot` lies complete, checked and synced on this node. */
  | { readonly type: "snapshot-fetched"; readonly snapshot: Snapshot }
  /** It will not come; a later offer may begin anew. */
  | { readonly type: "snapshot-missed"; readonly snapshot: Snapshot }
  /** The image could not be sent to this follower (leader's side). */
  | { readonly type: "snapshot-unsent"; readonly to: NodeId };
