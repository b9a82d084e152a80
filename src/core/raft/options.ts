import { done, failed, type NodeId, type Outcome } from "../base/mod.ts";

/** How one node does Raft. A tick is whatever the host makes it; sizes are of entry bodies. */
export interface RaftOptions {
  readonly id: NodeId;
  /** A follower waits this long for its leader, plus up to as much again by dice, before it asks for votes. Also the time in which it protects a leader that it heard from (thesis §4.2.3). */
  readonly electionTimeoutTicks: number;
  /** A candidate waits this long, plus up to as much again, before it begins anew. */
  readonly candidateTimeoutTicks: number;
  /** A leader that a majority has not answered for this long steps down (thesis §6.2). */
  readonly leaderLeaseTicks: number;
  /** A follower to whom nothing was sent for this long gets an empty AppendEntries. */
  readonly heartbeatTicks: number;
  readonly messageEntriesMax: number;
  /** A message ends before it would pass this, unless its first entry alone does. */
  readonly messageBytesMax: number;
  /** Messages with entries that may be unanswered, for each follower. */
  readonly windowMessagesMax: number;
  /** No further message with entries while this much is unanswered, for each follower. */
  readonly windowBytesMax: number;
  /** The host is told to stop running groups when the log holds more than this beyond the commit index. */
  readonly uncommittedBytesMax: number;
  readonly readsWaitingMax: number;
  /** Rounds in which a new voter must have caught up within an election timeout (thesis §4.2.1). */
  readonly catchUpRoundsMax: number;
  /** A new voter that is not heard from for this long is given up. */
  readonly catchUpSilenceTicks: number;
  /** An unanswered offer of a snapshot is repeated this often. */
  readonly snapshotRetryTicks: number;
  /** A leadership transfer that takes longer is given up (thesis §3.10: an election timeout). */
  readonly transferTicks: number;
}

/** Everything but the id, for a tick of 50 ms: rqlite's defaults (operations §1.2) where it has them. */
export const defaultRaftOptions: Omit<RaftOptions, "id"> = {
  electionTimeoutTicks: 20,
  candidateTimeoutTicks: 20,
  leaderLeaseTicks: 10,
  heartbeatTicks: 2,
  messageEntriesMax: 64,
  messageBytesMax: 1 << 20,
  windowMessagesMax: 64,
  windowBytesMax: 8 << 20,
  uncommittedBytesMax: 256 << 20,
  readsWaitingMax: 10_000,
  catchUpRoundsMax: 10,
  catchUpSilenceTicks: 200,
  snapshotRetryTicks: 20,
  transferTicks: 20,
};

/** The options, if they make sense together. Error: what does not. */
export function checkRaftOptions(options: RaftOptions): Outcome<RaftOptions> {
  const { id, ...numbers } = options;
  if (id === "") return failed("id must not be empty");
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isSafeInteger(value) || value < 1) return failed(`${name} must be a positive integer, not ${value}`);
  }
  if (options.heartbeatTicks >= options.leaderLeaseTicks)
    return failed("heartbeatTicks must be below leaderLeaseTicks");
  if (options.leaderLeaseTicks > options.electionTimeoutTicks)
    return failed("leaderLeaseTicks must not be above electionTimeoutTicks");
  if (options.candidateTimeoutTicks < options.electionTimeoutTicks)
    return failed("candidateTimeoutTicks must not be below electionTimeoutTicks");
  if (options.messageBytesMax > options.windowBytesMax)
    return failed("messageBytesMax must not be above windowBytesMax");
  return done(options);
}
