import { becomePreCandidate } from "./candidate.ts";
import { tickLeader } from "./leader.ts";
import type { Server } from "./server.ts";

/** Figure 2, Rules for Servers: "If election timeout elapses … start election". Leaders have duties of their own. */
export function tick(server: Server): void {
  server.nowTick++;
  const waited = server.nowTick >= server.electionDeadlineTick;
  if (server.role.name === "leader") tickLeader(server, server.role);
  else if (waited && server.mayLead && server.bootstrapping === null) becomePreCandidate(server);
}
