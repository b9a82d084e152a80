import type { LogIndex, NodeId, RequestId } from "../base/mod.ts";
import type { Configuration, Member } from "./configuration.ts";
import type { Ticket } from "./inputs.ts";
import type { Progress } from "./progress.ts";
import type { ReadQueue } from "./read-queue.ts";

/** Waits for its leader, or for its turn to stand. */
export interface Follower {
  readonly name: "follower";
}

/** Asks who would vote for it, itself included (thesis §9.6). */
export interface PreCandidate {
  readonly name: "pre-candidate";
  readonly votes: Map<NodeId, boolean>;
}

/** Stands for election in currentTerm. */
export interface Candidate {
  readonly name: "candidate";
  readonly votes: Map<NodeId, boolean>;
  /** Its own vote counts once this is saved. */
  readonly ticket: Ticket;
}

/** A membership change that is in the log, or on its way there. */
export interface PendingChange {
  readonly request: RequestId;
  readonly configuration: Configuration;
  /** Null until the engine has appended it. */
  index: LogIndex | null;
}

/** A server that is to get a vote, and is being caught up first (thesis §4.2.1); over once the entry is in the log. */
export interface Joining {
  readonly request: RequestId;
  readonly member: Member;
  /** Rounds begun. */
  round: number;
  /** The round ends when this is matched. */
  roundTarget: LogIndex;
  roundStartTick: number;
}

/** A leadership transfer under way (thesis §3.10). */
export interface Transfer {
  readonly request: RequestId;
  readonly target: NodeId;
  readonly deadlineTick: number;
  /** TimeoutNow went out at this tick; null: the target is still being caught up. */
  sentTick: number | null;
}

/** Leads currentTerm. */
export interface Leader {
  readonly name: "leader";
  /** Every other member, and the server that is joining. */
  readonly progress: Map<NodeId, Progress>;
  readonly reads: ReadQueue;
  change: PendingChange | null;
  joining: Joining | null;
  transfer: Transfer | null;
}

export type Role = Follower | PreCandidate | Candidate | Leader;
