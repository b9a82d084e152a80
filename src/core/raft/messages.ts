import type { LogIndex, NodeId, Term } from "../base/mod.ts";
import type { IndexedConfiguration } from "./configuration.ts";
import type { EntryRange } from "./entry-range.ts";

/** In every message. `term` is always the sender's currentTerm, also in a pre-vote. */
interface Envelope {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly term: Term;
}

/** "Would you vote for me in `term + 1`?" Changes nothing at the receiver (thesis §9.6). */
export interface PreVote extends Envelope {
  readonly type: "pre-vote";
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
}

export interface PreVoteResponse extends Envelope {
  readonly type: "pre-vote-response";
  /** The term that the vote would be for. */
  readonly proposedTerm: Term;
  readonly voteGranted: boolean;
}

/** Figure 2, RequestVote. */
export interface RequestVote extends Envelope {
  readonly type: "request-vote";
  readonly lastLogIndex: LogIndex;
  readonly lastLogTerm: Term;
  /** The leader asked for this election, so nobody need protect it (thesis §4.2.3). */
  readonly leadershipTransfer: boolean;
}

/** Figure 2, RequestVote, results. */
export interface RequestVoteResponse extends Envelope {
  readonly type: "request-vote-response";
  readonly voteGranted: boolean;
}

/** Figure 2, AppendEntries; without entries it is the heartbeat. The host puts the bodies in as the message leaves. */
export interface AppendEntries extends Envelope {
  readonly type: "append-entries";
  readonly prevLogIndex: LogIndex;
  readonly prevLogTerm: Term;
  readonly entries: EntryRange;
  readonly leaderCommit: LogIndex;
  /** Number of the leader's newest round of heartbeats for reads (thesis §6.4); comes back in the answer. */
  readonly round: number;
}

export interface AppendEntriesResponse extends Envelope {
  readonly type: "append-entries-response";
  readonly success: boolean;
  /** The question's. */
  readonly prevLogIndex: LogIndex;
  /** On success: through here the logs are known to be the same, and the follower's is on disk. */
  readonly matchIndex: LogIndex;
  /** On refusal: through here, at most, they can be the same; and the follower's term there (§5.3, last but one paragraph). */
  readonly hintIndex: LogIndex;
  readonly hintTerm: Term;
  readonly round: number;
}

/** What a page image holds: everything through entry (index, term), and the configuration then. */
export interface Snapshot {
  readonly index: LogIndex;
  readonly term: Term;
  readonly configuration: IndexedConfiguration;
}

/**
 * Offers an image to a follower whose next entry is no longer in the log (Raft §7). The host pins the image at
 * `snapshot.index` as the message leaves. The same offer is repeated until it is answered: a receiver that is fetching
 * already goes on.
 */
export interface InstallSnapshot extends Envelope {
  readonly type: "install-snapshot";
  readonly snapshot: Snapshot;
}

export interface InstallSnapshotResponse extends Envelope {
  readonly type: "install-snapshot-response";
  /** The follower's disk holds everything through here; 0 from a node of a newer term. */
  readonly matchIndex: LogIndex;
}

/** "Start an election now", from the leader to the one that is to follow it (thesis §3.10). */
export interface TimeoutNow extends Envelope {
  readonly type: "timeout-now";
}

export type Message =
  | PreVote
  | PreVoteResponse
  | RequestVote
  | RequestVoteResponse
  | AppendEntries
  | AppendEntriesResponse
  | InstallSnapshot
  | InstallSnapshotResponse
  | TimeoutNow;
