import type { LogIndex, NodeId } from "../base/mod.ts";
import type { IndexedConfiguration, Member } from "./configuration.ts";
import type { EntryId } from "./entry-range.ts";
import type { HardState } from "./inputs.ts";
import type { RoleName } from "./outputs.ts";
import type { Server } from "./server.ts";

/** How one follower stands, as its leader knows. */
export interface PeerStatus {
  readonly id: NodeId;
  readonly state: "probe" | "replicate" | "snapshot";
  readonly matchIndex: LogIndex;
  readonly nextIndex: LogIndex;
  /** Unanswered messages with entries, and their bytes. */
  readonly windowMessages: number;
  readonly windowBytes: number;
  /** Ticks since it last answered. */
  readonly silentTicks: number;
}

/** A copy of what Raft knows, for `/status`, logs and tests. */
export interface RaftStatus {
  readonly id: NodeId;
  readonly role: RoleName;
  readonly hardState: HardState;
  readonly leader: NodeId | null;
  /** Ticks since the leader was last heard from; 0 on the leader itself, null where none is known. */
  readonly leaderSilentTicks: number | null;
  readonly base: EntryId;
  readonly last: EntryId;
  readonly durableIndex: LogIndex;
  readonly commitIndex: LogIndex;
  readonly latest: IndexedConfiguration;
  readonly joining: Member | null;
  readonly readsWaiting: number;
  readonly uncommittedBytes: number;
  /** On a leader: everybody whom it follows up, by id. */
  readonly peers: readonly PeerStatus[];
}

/** See `RaftStatus`. */
export function statusOf(server: Server): RaftStatus {
  const { log, role, nowTick } = server;
  const leader = role.name === "leader" ? role : null;
  const peers = [...(leader?.progress ?? [])].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    id: server.id,
    role: role.name,
    hardState: { term: server.currentTerm, votedFor: server.votedFor },
    leader: server.leader,
    leaderSilentTicks: leader !== null ? 0 : server.leader === null ? null : nowTick - server.leaderContactTick,
    base: log.base,
    last: { index: log.lastIndex, term: log.lastTerm },
    durableIndex: server.durableIndex,
    commitIndex: server.commitIndex,
    latest: log.latest,
    joining: leader?.joining?.member ?? null,
    readsWaiting: leader?.reads.size ?? 0,
    uncommittedBytes: log.bytesAfter(server.commitIndex),
    peers: peers.map(([id, progress]) => ({
      id,
      state: progress.state,
      matchIndex: progress.matchIndex,
      nextIndex: progress.nextIndex,
      windowMessages: progress.window.messages,
      windowBytes: progress.window.bytes,
      silentTicks: nowTick - progress.contactTick,
    })),
  };
}
