import { becomeCandidate } from "./candidate.ts";
import type { Server } from "./server.ts";

/** The leader hands over: stand for election at once, without asking first (thesis §3.10). */
export function receiveTimeoutNow(server: Server): void {
  const { name } = server.role;
  if (server.mayLead && (name === "follower" || name === "pre-candidate")) becomeCandidate(server, true);
}
