import type { RequestId } from "../base/mod.ts";
import { hasMajority } from "./quorum.ts";
import { heartbeat } from "./replication.ts";
import type { Leader } from "./role.ts";
import type { Server } from "./server.ts";

/** A read that must see everything acknowledged before it began (thesis §6.4). */
export function requestRead(server: Server, request: RequestId): void {
  const leader = server.role;
  if (leader.name !== "leader") server.refuse(request, "not leader");
  else if (leader.reads.add(request)) advanceReads(server, leader);
  else server.refuse(request, "too many reads");
}

/**
 * Serves the round that a majority has answered, and begins the next if somebody waits. Until the term's no-op is
 * committed the leader doesn't know the cluster's commit index, so nothing begins (§6.4, step 1).
 */
export function advanceReads(server: Server, leader: Leader): void {
  for (;;) {
    if (leader.reads.asking && answered(server, leader)) {
      const served = leader.reads.endRound();
      for (const request of served?.requests ?? []) {
        server.outbox.push({ type: "readable", request, index: served?.index ?? server.commitIndex });
      }
    }
    if (!leader.reads.due || !server.termBegun) return;
    leader.reads.beginRound(server.commitIndex);
    for (const voter of server.voters) if (voter !== server.id) heartbeat(server, leader, voter);
  }
}

/** Whether a majority still took this server for its leader after the round began. A lone voter is its own majority. */
const answered = (server: Server, leader: Leader): boolean =>
  hasMajority(
    server.voters,
    (voter) => voter === server.id || (leader.progress.get(voter)?.round ?? 0) >= leader.reads.round,
  );
