import { formatGoDuration } from "../base/mod.ts";
import type { OptionValues } from "./option-table.ts";

const milli = 1_000_000n;
const second = 1_000n * milli;

/** Raft's times in nanoseconds, zeros replaced by what they stand for. */
export interface RaftTiming {
  readonly heartbeatTimeoutNs: bigint;
  readonly electionTimeoutNs: bigint;
  readonly leaderLeaseTimeoutNs: bigint;
  readonly commitTimeoutNs: bigint;
  readonly snapshotIntervalNs: bigint;
}

/** The times as they hold: a flag set to 0 means Raft's own default. */
export function raftTiming(values: OptionValues): RaftTiming {
  return {
    heartbeatTimeoutNs: values["raft-heartbeat-timeout"] || second,
    electionTimeoutNs: values["raft-election-timeout"] || second,
    leaderLeaseTimeoutNs: values["raft-leader-lease-timeout"] || 500n * milli,
    commitTimeoutNs: values["raft-commit-timeout"] || 50n * milli,
    snapshotIntervalNs: values["raft-snap-int"] || 120n * second,
  };
}

/** What is wrong with the times, each by itself and in relation (operations §1.3, last paragraph); null = nothing. */
export function raftTimingFault(timing: RaftTiming): string | null {
  const { heartbeatTimeoutNs, electionTimeoutNs, leaderLeaseTimeoutNs } = timing;
  if (heartbeatTimeoutNs < 5n * milli) return "HeartbeatTimeout is too low";
  if (electionTimeoutNs < 5n * milli) return "ElectionTimeout is too low";
  if (timing.commitTimeoutNs < milli) return "CommitTimeout is too low";
  if (timing.snapshotIntervalNs < 5n * milli) return "SnapshotInterval is too low";
  if (leaderLeaseTimeoutNs < 5n * milli) return "LeaderLeaseTimeout is too low";
  if (leaderLeaseTimeoutNs > heartbeatTimeoutNs)
    return `LeaderLeaseTimeout (${formatGoDuration(leaderLeaseTimeoutNs)}) cannot be larger than heartbeat timeout (${formatGoDuration(heartbeatTimeoutNs)})`;
  if (electionTimeoutNs < heartbeatTimeoutNs)
    return `ElectionTimeout (${formatGoDuration(electionTimeoutNs)}) must be equal or greater than Heartbeat Timeout (${formatGoDuration(heartbeatTimeoutNs)})`;
  return null;
}
