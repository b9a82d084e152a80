import type { LogIndex, NodeId, RequestId, Term } from "../base/mod.ts";
import type { Configuration, IndexedConfiguration, Member } from "./configuration.ts";
import type { EntryRange } from "./entry-range.ts";
import type { Epoch, Ticket } from "./inputs.ts";
import type { Message, Snapshot } from "./messages.ts";

export type RoleName = "follower" | "pre-candidate" | "candidate" | "leader";

/** Why a request was refused. All are definite: nothing of it entered the log or ever will. */
export type Refusal =
  | "not leader"
  /** Only for reads and for changes that had not reached the log. */
  | "leadership lost"
  | "too many reads"
  /** The leader's first entry isn't committed yet (the bug of 2015: no membership change before it is). */
  | "term not begun"
  | "configuration change in progress"
  | "leadership transfer in progress"
  | "leadership transfer timeout"
  | "no voter left"
  | "new voter did not catch up"
  | "already leader"
  | "unknown target"
  | "target is not a voter"
  | "no other voter"
  | "bootstrap only works on new clusters";

/** Whether the host may run groups now. `full`: too many bytes are waiting to be committed. */
export type Admission = "open" | "full" | "transferring" | "closed";

/**
 * What to do, in this order. `save-hard-state`, `append-own`, `store`, `truncate` and `restore` all go through the
 * engine's one queue; what it reports to be on disk includes every save before it. A message that must not leave before
 * something is on disk is not a `send`: it is in the `thenSend` of what it waits for.
 */
export type RaftOutput =
  /** Report `hard-state-saved`, and send `thenSend`. */
  | {
      readonly type: "save-hard-state";
      readonly ticket: Ticket;
      readonly term: Term;
      readonly votedFor: NodeId | null;
      readonly thenSend: readonly Message[];
    }
  /** Put an entry of ours at the end of the log. Report `appended`, later `persisted`. `configuration` null: a no-op. */
  | {
      readonly type: "append-own";
      readonly epoch: Epoch;
      readonly term: Term;
      readonly configuration: Configuration | null;
    }
  /**
   * Cut the log before `truncateFrom` (null: nothing to cut), then write `entries`, whose bodies are in `bodies` (which
   * may hold earlier entries too). Report `persisted`; send `thenSend` once it covers the last of `entries` in this epoch.
   * If a newer epoch is reported first, forget `thenSend`: the leader will ask again.
   */
  | {
      readonly type: "store";
      readonly epoch: Epoch;
      readonly truncateFrom: LogIndex | null;
      readonly entries: EntryRange;
      readonly bodies: unknown;
      readonly thenSend: readonly Message[];
    }
  /** No longer leader: whatever the engine appended from this index on, unknown to Raft, goes. Report `persisted`. */
  | { readonly type: "truncate"; readonly epoch: Epoch; readonly from: LogIndex }
  /** Depends on nothing unsaved. An AppendEntries gets its bodies by (index, term); if one is gone, drop the message. */
  | { readonly type: "send"; readonly message: Message }
  /** Entries through `index` are committed. Ascending. Those on this node may not be on disk yet. */
  | { readonly type: "commit"; readonly index: LogIndex }
  /** Serve the read once `index` can be read here. */
  | { readonly type: "readable"; readonly request: RequestId; readonly index: LogIndex }
  | { readonly type: "completed"; readonly request: RequestId }
  | { readonly type: "refused"; readonly request: RequestId; readonly reason: Refusal }
  /** Leadership was lost while a change was in the log: it may happen yet. */
  | { readonly type: "undecided"; readonly request: RequestId }
  | { readonly type: "became"; readonly role: RoleName; readonly term: Term; readonly leader: NodeId | null }
  | { readonly type: "admit"; readonly writes: Admission }
  /** The newest configuration of the log, committed or not (thesis §4.1), and a server that is being caught up. */
  | { readonly type: "configured"; readonly latest: IndexedConfiguration; readonly joining: Member | null }
  /** Get this image from the leader. Report `snapshot-fetched` or `snapshot-missed`. Comes once per offer; a newer one takes its place. */
  | { readonly type: "fetch-snapshot"; readonly from: NodeId; readonly snapshot: Snapshot }
  /** Make the fetched image the database and begin the log anew after it: committed through its index. Report `persisted`; send `thenSend` as for `store`. */
  | {
      readonly type: "restore";
      readonly epoch: Epoch;
      readonly snapshot: Snapshot;
      readonly thenSend: readonly Message[];
    }
  /** The fetched image is not needed. */
  | { readonly type: "discard-snapshot"; readonly snapshot: Snapshot };
