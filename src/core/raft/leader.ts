import { assert, type NodeId } from "../base/mod.ts";
import { advanceCommit } from "./commitment.ts";
import { becomeFollower } from "./follower.ts";
import { advanceJoining, tickJoining, trackMembers } from "./membership.ts";
import { hasMajority } from "./quorum.ts";
import { ReadQueue } from "./read-queue.ts";
import { advanceReads } from "./reads.ts";
import { heartbeat, repeatOffer, replicate } from "./replication.ts";
import type { Leader } from "./role.ts";
import type { Server } from "./server.ts";
import { advanceTransfer, tickTransfer } from "./transfer.ts";

/**
 * "Upon election: send initial empty AppendEntries RPCs to each server" (Figure 2), and a no-op of the new term, without
 * which nothing of earlier terms commits (§5.4.2, §8).
 */
export function becomeLeader(server: Server): void {
  assert(server.saved && server.votedFor === server.id, "I6: a leader's vote for itself is on disk");
  const leader: Leader = {
    name: "leader",
    progress: new Map(),
    reads: new ReadQueue(server.options.readsWaitingMax),
    change: null,
    joining: null,
    transfer: null,
  };
  server.role = leader;
  server.leader = server.id;
  const { epoch, currentTerm: term } = server;
  server.outbox.push({ type: "append-own", epoch, term, configuration: null });
  trackMembers(server, leader);
}

/** A follower answered, whatever it said: what may go on now goes on. */
export function answered(server: Server, leader: Leader, from: NodeId, advanced: boolean): void {
  if (advanced) {
    advanceCommit(server, leader);
    if (server.role !== leader) return;
    advanceTransfer(server, leader);
  }
  advanceJoining(server, leader);
  advanceReads(server, leader);
  if (leader.progress.has(from)) replicate(server, leader, from);
}

/** Heartbeats to those who heard nothing lately, the commit index to those who don't know it, repeated offers. */
export function tickLeader(server: Server, leader: Leader): void {
  const { nowTick, options, commitIndex } = server;
  if (!hasContact(server, leader)) {
    becomeFollower(server, server.currentTerm, null);
    return;
  }
  for (const [id, progress] of leader.progress) {
    if (progress.state === "snapshot" && nowTick - progress.offerTick >= options.snapshotRetryTicks) {
      repeatOffer(server, leader, id);
    }
    const behind = progress.toldCommit < commitIndex && progress.toldCommit + 1 < progress.nextIndex;
    const idle = nowTick - progress.sentTick >= options.heartbeatTicks;
    if (idle || (behind && progress.state === "replicate")) heartbeat(server, leader, id);
  }
  tickJoining(server, leader);
  tickTransfer(server, leader);
}

/** Check-quorum (thesis §6.2): a leader that a majority doesn't answer makes room, so that clients look elsewhere. */
const hasContact = (server: Server, leader: Leader): boolean =>
  hasMajority(server.voters, (voter) => {
    if (voter === server.id) return true;
    const contactTick = leader.progress.get(voter)?.contactTick ?? Number.NEGATIVE_INFINITY;
    return server.nowTick - contactTick <= server.options.leaderLeaseTicks;
  });
