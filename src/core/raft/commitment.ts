import { logIndex } from "../base/mod.ts";
import { configurationCommitted } from "./membership.ts";
import { heldByMajority } from "./quorum.ts";
import { advanceReads } from "./reads.ts";
import type { Leader } from "./role.ts";
import type { Server } from "./server.ts";

/**
 * "If there exists an N such that N > commitIndex, a majority of matchIndex[i] >= N, and log[N].term == currentTerm: set
 * commitIndex = N" (Figure 2; §5.4.2 and Figure 8 say why only entries of the own term are counted). The leader counts
 * itself by what its own disk has, so that its sync runs beside the replication (thesis §10.2.1).
 */
export function advanceCommit(server: Server, leader: Leader): void {
  const held = server.voters.map((voter) =>
    voter === server.id ? server.durableIndex : (leader.progress.get(voter)?.matchIndex ?? logIndex(0)),
  );
  const index = heldByMajority(held);
  if (index <= server.commitIndex || server.log.termAt(index) !== server.currentTerm) return;
  server.commitTo(index);
  advanceReads(server, leader);
  configurationCommitted(server, leader);
}
