import type { NodeId, Term } from "../base/mod.ts";
import { abdicate } from "./abdication.ts";
import type { Server } from "./server.ts";

/** Figure 2, Rules for Servers: "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower". */
export function becomeFollower(server: Server, term: Term, leader: NodeId | null): void {
  const { role } = server;
  if (role.name === "leader") abdicate(server, role, term);
  if (term > server.currentTerm) server.setHardState(term, null);
  server.leader = leader;
  // A follower's timer goes on: only its leader's voice and a vote that it gives start it anew (§5.2).
  if (role.name === "follower") return;
  server.role = { name: "follower" };
  server.resetElectionTimer(server.options.electionTimeoutTicks);
}

/** The leader of `currentTerm` spoke: whoever isn't its follower becomes it (§5.2), and the election timer starts anew. */
export function follow(server: Server, leader: NodeId): void {
  if (server.role.name === "pre-candidate" || server.role.name === "candidate") {
    becomeFollower(server, server.currentTerm, leader);
  }
  server.heardLeader(leader);
}
