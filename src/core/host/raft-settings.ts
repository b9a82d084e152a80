import type { NodeId } from "../base/mod.ts";
import type { Config } from "../config/mod.ts";
import { defaultRaftOptions, type RaftOptions } from "../raft/mod.ts";

/** Raft's options in ticks, and how long a tick is. */
export interface RaftSettings {
  readonly options: RaftOptions;
  readonly tickMs: number;
}

const tickMsMax = 50;
/** So that even the shortest of the times is several ticks. */
const leaseTicksMin = 5;

/** The one place where the flags' times become ticks (operations §1.2). */
export function raftSettings(config: Config, id: NodeId): RaftSettings {
  const tickMs = Math.max(1, Math.min(tickMsMax, Math.floor(config.leaderLeaseTimeoutMs / leaseTicksMin)));
  const ticks = (timeMs: number): number => Math.max(1, Math.ceil(timeMs / tickMs));
  const leaderLeaseTicks = Math.max(2, ticks(config.leaderLeaseTimeoutMs));
  const electionTimeoutTicks = Math.max(leaderLeaseTicks, ticks(config.heartbeatTimeoutMs));
  const candidateTimeoutTicks = Math.max(electionTimeoutTicks, ticks(config.electionTimeoutMs));
  const heartbeatTicks = Math.max(1, Math.min(leaderLeaseTicks - 1, Math.floor(electionTimeoutTicks / 10)));
  const options: RaftOptions = {
    ...defaultRaftOptions,
    id,
    electionTimeoutTicks,
    candidateTimeoutTicks,
    leaderLeaseTicks,
    heartbeatTicks,
    transferTicks: candidateTimeoutTicks,
  };
  return { options, tickMs };
}
